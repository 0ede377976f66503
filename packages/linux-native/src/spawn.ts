import { constants } from 'node:fs';
import { pathOf, text } from './argument.ts';
import { inheritableDescriptors, setCloseOnExec } from './descriptor-flags.ts';
import { native } from './library.ts';
import { systemError } from './system-error.ts';

// spawn.h of glibc and musl: the flags have the same numbers in each.
const POSIX_SPAWN_SETPGROUP = 0x02;
const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;
const POSIX_SPAWN_SETSID = 0x80;

// The opaque structs, which are below 400 bytes in all C libraries, and a signal set.
const OPAQUE_BYTES = 512;
const SIGSET_BYTES = 128;

/** How many descriptors every program has. */
const STANDARD = 3;

/** What to start, and with which descriptors. */
export interface Spawn {
  /** The path of the program. */
  readonly command: string;
  /** Its arguments, without its own name. */
  readonly args: readonly string[];
  /** Its environment, whole. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its working directory. @default '/' */
  readonly cwd?: string;
  /**
   * Descriptors of this process that it has as 0, 1, 2 and so on; where there is undefined, it has `/dev/null` below 3
   * and none from there on. Each stands above all the places, or in its own.
   */
  readonly descriptors: readonly (number | undefined)[];
  /**
   * Whether it has a session of its own, too, and no terminal that controls it. The kernel schedules each session as a whole
   * (`sched_autogroup_enabled`): on a busy machine, a new one delays what is over soon by a quarter. @default true
   */
  readonly session?: boolean;
}

type Call = (...args: readonly unknown[]) => number;

let functions: ReturnType<typeof bind> | undefined;

// Found once: all that this process opens itself is closed on exec. To close one that is gone by then does no harm.
let strangers: readonly number[] | undefined;

/**
 * Starts a program in its own process group and, unless told otherwise, its own session, with default signals and exactly the given descriptors. It gets
 * no other open descriptor, not even one that this process inherited. Unlike fork, this does not copy the memory of this
 * process, so it takes a fifth of a millisecond whatever its size. You must reap the child, see `reap`. See
 * posix_spawn(3).
 *
 * @returns its process id.
 * @throws a system error of `posix_spawn` with the `path`: `ENOENT`, `EACCES`, `ENOEXEC`, `EAGAIN`; `EMFILE`.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function spawnProcess({ command, args, env, cwd = '/', descriptors, session = true }: Spawn): number {
  functions ??= bind();
  const { posixSpawn } = functions;
  const argv = [command, ...args].map((arg) => text('an argument', arg));
  const envp = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${text('a variable', value)}`],
  );
  const pid = new Int32Array(1);
  return withAttributes(functions, session, (attributes) =>
    withActions(
      functions as NonNullable<typeof functions>,
      pathOf('the directory', cwd),
      descriptors,
      (actions) => {
        const errno = posixSpawn(pid, command, actions, attributes, [...argv, null], [...envp, null]);
        if (errno !== 0) throw systemError(errno, 'posix_spawn', { path: command });
        return pid[0] ?? 0;
      },
    ),
  );
}

function bind() {
  const { libc } = native();
  const call = (prototype: string): Call => libc.func(prototype);
  return {
    posixSpawn: call(
      'int posix_spawn(int *pid, const char *path, void *actions, void *attributes, const char **argv, const char **envp)',
    ),
    initActions: call('int posix_spawn_file_actions_init(void *actions)'),
    destroyActions: call('int posix_spawn_file_actions_destroy(void *actions)'),
    addDup: call('int posix_spawn_file_actions_adddup2(void *actions, int fd, int newfd)'),
    addClose: call('int posix_spawn_file_actions_addclose(void *actions, int fd)'),
    addOpen: call(
      'int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, unsigned int mode)',
    ),
    addChdir: call('int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)'),
    initAttributes: call('int posix_spawnattr_init(void *attributes)'),
    destroyAttributes: call('int posix_spawnattr_destroy(void *attributes)'),
    setFlags: call('int posix_spawnattr_setflags(void *attributes, short flags)'),
    setDefaults: call('int posix_spawnattr_setsigdefault(void *attributes, void *set)'),
    setMask: call('int posix_spawnattr_setsigmask(void *attributes, void *set)'),
    fillSet: call('int sigfillset(void *set)'),
    emptySet: call('int sigemptyset(void *set)'),
  };
}

type Functions = ReturnType<typeof bind>;

/** Signals as a new program expects them: Node ignores some, which would be inherited. */
function withAttributes<Result>(
  libc: Functions,
  session: boolean,
  use: (attributes: Buffer) => Result,
): Result {
  const attributes = Buffer.alloc(OPAQUE_BYTES);
  const set = Buffer.alloc(SIGSET_BYTES);
  check(libc.initAttributes(attributes));
  try {
    libc.fillSet(set);
    check(libc.setDefaults(attributes, set));
    libc.emptySet(set);
    check(libc.setMask(attributes, set));
    const own = session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
    check(libc.setFlags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | own));
    return use(attributes);
  } finally {
    libc.destroyAttributes(attributes);
  }
}

function withActions<Result>(
  libc: Functions,
  cwd: string,
  descriptors: Spawn['descriptors'],
  use: (actions: Buffer) => Result,
): Result {
  const actions = Buffer.alloc(OPAQUE_BYTES);
  const marked: number[] = [];
  check(libc.initActions(actions));
  try {
    // Everything else of ours is closed on exec; to duplicate one onto itself only takes that mark from it.
    for (const [place, descriptor] of descriptors.entries()) {
      if (descriptor !== undefined) check(libc.addDup(actions, descriptor, place));
    }
    for (let place = 0; place < STANDARD; place += 1) {
      if (descriptors[place] === undefined)
        check(libc.addOpen(actions, place, '/dev/null', constants.O_RDWR, 0));
    }
    strangers ??= inheritableDescriptors();
    for (const stranger of strangers) {
      if (descriptors[stranger] !== undefined || libc.addClose(actions, stranger) === 0) continue;
      // The C library knows none above the limit of open files, which may have been lowered when this one was open.
      setCloseOnExec(stranger, true);
      marked.push(stranger);
    }
    check(libc.addChdir(actions, cwd));
    return use(actions);
  } finally {
    for (const stranger of marked) setCloseOnExec(stranger, false); // other programs of this process may rely on it
    libc.destroyActions(actions);
  }
}

function check(errno: number): void {
  if (errno !== 0) throw systemError(errno, 'posix_spawn');
}
