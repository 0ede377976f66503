import { pathOf, text } from './argument.ts';
import { setCloseOnExec } from './descriptor-flags.ts';
import { native } from './library.ts';
import { systemError } from './system-error.ts';

/** What a process becomes. */
export interface Replacement {
  /** The path of the program. */
  readonly command: string;
  /** Its arguments, without its own name. */
  readonly args: readonly string[];
  /** Its environment, whole. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The descriptors that it has besides 0, 1 and 2, under the same numbers. */
  readonly descriptors: readonly number[];
}

type Execve = (path: string, argv: readonly (string | null)[], envp: readonly (string | null)[]) => number;

const STANDARD = [0, 1, 2] as const;

let execve: Execve | undefined;

/**
 * Becomes another program: the process keeps its id, its children, its working directory and whether it is a subreaper, and
 * loses all else, without an `exit` event. It returns only by throwing, and then nothing has changed. See execve(2).
 *
 * @throws a system error of `execve` with the `path`: `ENOENT`, `EACCES`, `ENOEXEC`, `ENOMEM`; of `fcntl`: `EBADF`.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function replaceProcess({ command, args, env, descriptors }: Replacement): never {
  const { koffi, libc } = native();
  execve ??= libc.func('int execve(const char *path, const char **argv, const char **envp)') as Execve;
  const path = pathOf('the program', command);
  const argv = [command, ...args].map((arg) => text('an argument', arg));
  const envp = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${text('a variable', value)}`],
  );
  const given: number[] = [];
  try {
    // Node may have marked its own: a pipe that it writes to, for one.
    for (const fd of STANDARD) setCloseOnExec(fd, false);
    for (const fd of descriptors) {
      setCloseOnExec(fd, false);
      given.push(fd);
    }
    execve(path, [...argv, null], [...envp, null]);
    throw systemError(koffi.errno(), 'execve', { path });
  } finally {
    for (const fd of given) setCloseOnExec(fd, true);
  }
}
