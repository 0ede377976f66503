import { CAN_KEEP_FAILING, type SystemCall } from './system-call.ts';
import type { Injection } from './tracer.ts';

/** What the system calls are made to fail with. */
const ERRNOS = ['EIO', 'ENOSPC', 'EACCES', 'EMFILE', 'EBUSY'] as const;

/** What strace is told to do at a call of a trace, should it come so much earlier or later. */
export type Inject = (call: SystemCall, calls: readonly SystemCall[], offset: number) => readonly Injection[];

/** A way in which a call fails. */
interface Failure {
  /** In words. */
  readonly what: string;
  readonly errno: string;
  /** Whether all that comes after it fails as well. */
  readonly goesOn: boolean;
  readonly inject: Inject;
}

/** Kills the process when it begins the call. */
export const kill: Inject = ({ name, when }, _, offset) => [`${name}:signal=KILL:when=${when + offset}`];

/** The ways in which a call fails: once with each errno, or with all that change something after it. */
export function failuresOf({ name }: SystemCall): readonly Failure[] {
  const once = ERRNOS.map((errno) => ({
    what: `${errno} at`,
    errno,
    goesOn: false,
    inject: failOnce(errno),
  }));
  if (!CAN_KEEP_FAILING.includes(name)) return once;
  return [...once, { what: 'EIO from there on at', errno: 'EIO', goesOn: true, inject: failFrom }];
}

function failOnce(errno: string): Inject {
  return ({ name, when }, _, offset) => [`${name}:error=${errno}:when=${when + offset}`];
}

function failFrom(call: SystemCall, calls: readonly SystemCall[]): Injection[] {
  const before = calls.slice(0, calls.indexOf(call)).filter(({ thread }) => thread === call.thread);
  return CAN_KEEP_FAILING.map((name): Injection => {
    const done = before.filter((earlier) => earlier.name === name).length;
    return `${name}:error=EIO:when=${done + 1}+`;
  });
}

/** In which order a call is looked for: it may come earlier or later than it did where others of that name do. */
export function offsetsFor({ name, when }: SystemCall): readonly number[] {
  // Threads wake each other by writes, and are woken by reads, which may be some more or less each time.
  const offsets = name === 'write' || name === 'read' ? [0, 0, -1, 1, -2, 2, -3, 3, -4, 4] : [0, 0, 0];
  return offsets.filter((offset) => when + offset > 0);
}
