import { type SystemCall, sameAgain } from './system-call.ts';

/** Which call of an operation it is, by what stays the same in another run. */
export interface Spot {
  /** Who makes it: the thread that runs JavaScript, or the one that does what Node does in the background. */
  readonly thread: 'main' | 'pool';
  /** The call, without what differs from run to run. */
  readonly as: string;
  /** Which one it is of those of its thread that look the same, from 1. */
  readonly nth: number;
}

/** What the calls are to be told from. */
export interface Trace {
  readonly calls: readonly SystemCall[];
  /** The process, whose id its main thread has. */
  readonly pid: number;
  /** What the operation was done below. */
  readonly root: string;
}

/** Where a call of the trace is. */
export function spotOf(call: SystemCall, { calls, pid, root }: Trace): Spot {
  const ofThread = calls.filter(({ thread }) => thread === call.thread);
  const thread = Number(call.thread) === pid ? 'main' : 'pool';
  return { thread, ...spotIn(ofThread, call, root) };
}

/** The same in the calls of its thread alone. */
export function spotIn(
  ofThread: readonly SystemCall[],
  call: SystemCall,
  root: string,
): Pick<Spot, 'as' | 'nth'> {
  const as = sameAgain(call, root);
  const upToIt = ofThread.slice(0, ofThread.indexOf(call) + 1);
  return { as, nth: upToIt.filter((other) => sameAgain(other, root) === as).length };
}

/** The call of the trace that is there; undefined where it was not made this time. */
export function callAt(spot: Spot, trace: Trace): SystemCall | undefined {
  return trace.calls.find((call) => {
    const { thread, as, nth } = spotOf(call, trace);
    return thread === spot.thread && as === spot.as && nth === spot.nth;
  });
}
