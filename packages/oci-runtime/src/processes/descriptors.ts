import { closeSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { badArgument, isPassing } from '../errors.ts';
import { validList } from '../validate.ts';

/**
 * Where one of the three standard streams leads: nowhere (`/dev/null`), to the same stream of this program, or to a
 * descriptor of this program. The process then has the descriptor itself, and no byte passes through JavaScript.
 */
export type StdioTarget = 'ignore' | 'inherit' | number;

/** The standard streams of a process. */
export interface Stdio {
  /** Its input. @default 'ignore' */
  readonly stdin?: StdioTarget | undefined;
  /** Its output. @default 'ignore' */
  readonly stdout?: StdioTarget | undefined;
  /** Its error output. @default 'ignore' */
  readonly stderr?: StdioTarget | undefined;
}

const FIRST_PRESERVED = 3;
const CLOSE_ON_EXEC = 0o2000000; // O_CLOEXEC as /proc shows it

/**
 * The descriptors that are open here and would reach every process started: those that whoever started this
 * program left open. Node closes the first few in its children and no others. Found once, as it takes
 * 10 µs for each open descriptor; nothing in Node opens such a one later.
 */
let inherited: readonly number[] | undefined;

/** The standard streams of a runtime: a pipe is collected. */
export type StandardStreams = readonly [StreamTarget, StreamTarget, StreamTarget];
type StreamTarget = StdioTarget | 'pipe';

/** The standard streams, checked. */
export function validStdio({
  stdin = 'ignore',
  stdout = 'ignore',
  stderr = 'ignore',
}: Stdio): StandardStreams {
  return [validTarget(stdin, 'stdin'), validTarget(stdout, 'stdout'), validTarget(stderr, 'stderr')];
}

/** Descriptors to hand over, checked. */
export function validFds(fds: ArrayLike<number>): readonly number[] {
  return validList(fds, 'preserveFds').map((fd) => validFd(fd, 'a descriptor of preserveFds'));
}

/**
 * Calls `spawn` with the descriptors of a process: the standard streams, then `preserved` from 3 on, and
 * nothing else of what is open here. What would leak in spite of that is covered by `/dev/null`.
 */
export function withDescriptors<Result>(
  standard: StandardStreams,
  preserved: readonly number[],
  spawn: (stdio: [...StandardStreams, ...(number | 'ignore')[]]) => Result,
): Result {
  const further: (number | 'ignore')[] = [...preserved];
  const isFurther = (fd: number) => fd >= FIRST_PRESERVED + preserved.length;
  const leaking = inheritedDescriptors().filter((fd) => isFurther(fd) && leaks(fd));
  const last = leaking.at(-1);
  if (last === undefined) return spawn([...standard, ...further]);
  const devNull = openSync('/dev/null', 'r');
  try {
    for (let fd = FIRST_PRESERVED + preserved.length; fd <= last; fd++) {
      further.push(leaking.includes(fd) ? devNull : 'ignore');
    }
    return spawn([...standard, ...further]);
  } finally {
    closeSync(devNull);
  }
}

function inheritedDescriptors(): readonly number[] {
  inherited ??= openDescriptors()
    .filter((fd) => fd >= FIRST_PRESERVED && leaks(fd))
    .toSorted((a, b) => a - b);
  return inherited;
}

function openDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number);
  } catch (error) {
    if (isPassing(error)) throw error; // it would be remembered that there are none
    return []; // no /proc: no Linux, and so no containers either
  }
}

function leaks(fd: number): boolean {
  try {
    const [, flags] = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch (error) {
    if (isPassing(error)) throw error;
    return false; // closed meanwhile
  }
}

function validTarget(target: StdioTarget, name: string): StdioTarget {
  return target === 'ignore' || target === 'inherit' ? target : validFd(target, name);
}

// A wrong descriptor would otherwise be noticed only by the process that misses it.
function validFd(fd: number, name: string): number {
  try {
    fstatSync(fd);
    return fd;
  } catch (cause) {
    throw badArgument(`${name} is no open descriptor: ${String(fd)}`, cause);
  }
}
