/** The system calls that change the disk, or make what is on it durable. */
const CHANGES = [
  ...['openat', 'mkdir', 'mkdirat', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'rmdir'],
  ...['link', 'linkat', 'symlink', 'symlinkat', 'mknod', 'mknodat', 'bind', 'listen'],
  ...['chmod', 'fchmod', 'fchmodat', 'chown', 'fchown', 'lchown', 'fchownat', 'utimensat'],
  ...['write', 'pwrite64', 'writev', 'pwritev', 'ftruncate', 'copy_file_range', 'fsync', 'fdatasync'],
];

/** Those that look at it: they change nothing, but can fail all the same. */
const LOOKS = ['statx', 'newfstatat', 'lstat', 'stat', 'getdents64', 'readlink', 'read', 'connect'];

/** Those that start a process. */
const STARTS = ['clone', 'clone3', 'fork', 'vfork'];

/** Those that take a descriptor for what has no name. */
const OPENS = ['socket', 'socketpair', 'pipe2'];

/** All that are traced. */
export const TRACED: readonly string[] = [...CHANGES, ...LOOKS, ...STARTS, ...OPENS];

/** All that can be made to fail from some moment on without breaking Node itself, which has writes of its own. */
export const CAN_KEEP_FAILING: readonly string[] = [...CHANGES, 'statx', 'getdents64'].filter(
  (name) => name !== 'write' && name !== 'writev',
);

/** One system call in a trace. */
export interface SystemCall {
  readonly thread: string;
  readonly name: string;
  /** Its arguments, as strace shows them. */
  readonly args: string;
  /** Which call of that name it is in its thread, from 1. */
  readonly when: number;
  /** Whether strace has made it fail, or killed the process there. */
  readonly wasInjected: boolean;
}

/** The calls in the output of `strace -f`, in the order in which they began. */
export function parseTrace(trace: string): SystemCall[] {
  const counts = new Map<string, number>();
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, number>();
  for (const line of trace.split('\n')) {
    const [, thread = '', rest = ''] = /^(?:(\d+) +)?(.*)$/.exec(line) ?? []; // of one thread, it is left out
    // A call that was killed has no result, and neither has its interrupted half.
    const wasInjected = rest.endsWith('(INJECTED)') || /= \?$/.test(rest);
    const [, name, args] = /^(\w+)\((.*)$/.exec(rest) ?? [];
    if (name !== undefined && args !== undefined) {
      const when = (counts.get(`${thread} ${name}`) ?? 0) + 1;
      counts.set(`${thread} ${name}`, when);
      if (args.endsWith('<unfinished ...>')) unfinished.set(thread, calls.length);
      calls.push({ thread, name, args, when, wasInjected });
    } else if (rest.startsWith('<... ') && wasInjected) {
      const index = unfinished.get(thread) ?? -1;
      const call = calls[index];
      if (call) calls[index] = { ...call, wasInjected };
    }
  }
  return calls;
}

/** Whether the call is the operation's own and changes something: on the disk, or by starting a process. */
export function changesSomething({ name, args }: SystemCall, root: string): boolean {
  if (STARTS.includes(name)) return true;
  if (!CHANGES.includes(name) || !isAbout(args, root)) return false;
  return name !== 'openat' || /O_CREAT|O_TRUNC|O_WRONLY|O_RDWR/.test(args);
}

/** Whether the call is the operation's own and may fail: one that changes something, or looks at it. */
export function mayFail({ name, args }: SystemCall, root: string): boolean {
  return STARTS.includes(name) || OPENS.includes(name) || isAbout(args, root);
}

/** A tree is removed through the descriptors of its directories, and what a process is like is below /proc. */
function isAbout(args: string, root: string): boolean {
  return args.includes(root) || /["<]\/proc\/(?:self|\d+)\//.test(args);
}

/** What stays the same when the operation is done again below another root, by another process. */
export function sameAgain({ name, args }: SystemCall, root: string): string {
  if (STARTS.includes(name) || OPENS.includes(name)) return name; // their arguments are shown in part where they fail
  const asked = LOOKS.includes(name) ? (/^\d[^,]*|^[^"]*"[^"]*"/.exec(args)?.[0] ?? args) : args; // no answers
  const text = asked
    .replace(/( <unfinished \.\.\.>)?\)?( += .*)?$/, '') // a call that was killed is cut short
    .replaceAll(root, 'ROOT')
    .replace(/[0-9a-f]{64}/g, 'HASH')
    .replace(/~[0-9a-z]+-[0-9a-z]+-[0-9a-z]+-[0-9a-z]{8}/g, '~RANDOM')
    .replace(/0x[0-9a-f]+/g, '0x')
    .replace(/\d+(?=[<,)/\]"]|$)/g, 'N');
  return `${name}(${text})`;
}
