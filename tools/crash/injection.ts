import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';

/** The system calls that change the disk, or make what is on it durable. */
const DISK_CALLS = [
  ...[
    'openat',
    'mkdir',
    'mkdirat',
    'rename',
    'renameat',
    'renameat2',
    'unlink',
    'unlinkat',
    'rmdir',
    'link',
    'linkat',
  ],
  ...[
    'symlink',
    'symlinkat',
    'chmod',
    'fchmod',
    'fchmodat',
    'chown',
    'fchown',
    'lchown',
    'fchownat',
    'utimensat',
  ],
  ...[
    'write',
    'pwrite64',
    'writev',
    'pwritev',
    'ftruncate',
    'fsync',
    'fdatasync',
    'copy_file_range',
    'bind',
    'listen',
  ],
];

/** One system call of an operation. */
export interface DiskCall {
  readonly name: string;
  /** Which call of that name it is in its thread, from 1. */
  readonly when: number;
  /** The line of the trace, for people. */
  readonly text: string;
}

/** How an operation ended in its process: what it said last, or that it was killed. */
export interface Outcome {
  readonly killed: boolean;
  /** What the operation threw, or undefined when it came through. */
  readonly error:
    | { readonly code?: string; readonly name: string; readonly path?: string; readonly message: string }
    | undefined;
}

/** The calls below `directory` that the operation makes when nobody interferes, in order. */
export async function diskCalls(
  operation: readonly string[],
  directory: string,
): Promise<readonly DiskCall[]> {
  const log = path.join(directory, '..', 'trace.log');
  await perform(operation, ['-o', log, '-e', `trace=${DISK_CALLS.join(',')}`]);
  const counts = new Map<string, number>();
  const calls: DiskCall[] = [];
  for (const line of (await readFile(log, 'utf8')).split('\n')) {
    const [, thread, name, args] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
    if (name === undefined || args === undefined) continue; // the second half of an interrupted line, or an exit
    const when = (counts.get(`${thread} ${name}`) ?? 0) + 1;
    counts.set(`${thread} ${name}`, when);
    if (changes(name, args, directory)) calls.push({ name, when, text: line });
  }
  return calls;
}

/** Runs the operation and kills its process when it enters that call, before the call has any effect. */
export function killAt(operation: readonly string[], { name, when }: DiskCall): Promise<Outcome> {
  return perform(operation, ['-o', '/dev/null', '-e', `inject=${name}:signal=KILL:when=${when}`]);
}

/** Runs the operation and lets that call fail, once, with this errno and no effect. */
export function failAt(
  operation: readonly string[],
  { name, when }: DiskCall,
  errno: string,
): Promise<Outcome> {
  return perform(operation, ['-o', '/dev/null', '-e', `inject=${name}:error=${errno}:when=${when}`]);
}

function changes(name: string, args: string, directory: string): boolean {
  if (!args.includes(directory)) return false;
  return name !== 'openat' || /O_CREAT|O_TRUNC/.test(args);
}

/**
 * strace is attached only once the program has loaded all it needs and done the operation elsewhere, so that
 * the calls it counts are those of the operation; one thread does what Node gives to its thread pool.
 */
async function perform(operation: readonly string[], strace: readonly string[]): Promise<Outcome> {
  const program = path.join(import.meta.dirname, 'operation.ts');
  const subject = execa(process.execPath, ['--conditions=@shimwright/source', program, ...operation], {
    env: { UV_THREADPOOL_SIZE: '1' },
    reject: false,
    buffer: false,
    stderr: 'inherit',
  });
  const lines = createInterface({ input: subject.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== 'ready') throw new Error(`${operation.join(' ')} did not get ready`);
  const tracer = execa('strace', ['-f', '-y', '-s', '0', ...strace, '-p', String(subject.pid)], {
    reject: false,
    buffer: false,
    stdout: 'ignore',
  });
  await once(createInterface({ input: tracer.stderr }), 'line'); // "strace: Process … attached"
  subject.stdin.end('go\n');
  const last = await lines.next();
  const { signal } = await subject;
  await tracer;
  return { killed: signal === 'SIGKILL', error: last.done ? undefined : JSON.parse(last.value).error };
}
