import { CAN_KEEP_FAILING, type SystemCall } from './system-call.ts';
import type { Injection } from './tracer.ts';

/** What the system calls are made to fail with. */
const ERRNOS = ['EIO', 'ENOSPC', 'EACCES', 'EMFILE', 'EBUSY'] as const;

/** What strace is told, when the call is this much earlier or later than it was; undefined where none can be. */
export type Inject = (offset: number) => readonly Injection[] | undefined;

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
export function killAt(call: SystemCall): Inject {
  return at(call, (when) => `${call.name}:signal=KILL:when=${when}`);
}

/** The ways in which a call fails: once with each errno, or with all that change something after it. */
export function failuresAt(call: SystemCall, calls: readonly SystemCall[]): readonly Failure[] {
  const once = ERRNOS.map((errno) => ({
    what: `${errno} at`,
    errno,
    goesOn: false,
    inject: at(call, (when) => `${call.name}:error=${errno}:when=${when}`),
  }));
  if (!CAN_KEEP_FAILING.includes(call.name)) return once;
  const inject = () => failFrom(call, calls);
  return [...once, { what: 'EIO from there on at', errno: 'EIO', goesOn: true, inject }];
}

function failFrom(call: SystemCall, calls: readonly SystemCall[]): Injection[] {
  const before = calls.slice(0, calls.indexOf(call)).filter(({ thread }) => thread === call.thread);
  return CAN_KEEP_FAILING.map((name): Injection => {
    const done = before.filter((earlier) => earlier.name === name).length;
    return `${name}:error=EIO:when=${done + 1}+`;
  });
}

/** There are others than the operation's own of these alone, so only they can come earlier or later. */
function at({ name, when }: SystemCall, injection: (when: number) => Injection): Inject {
  return (offset) =>
    when + offset < 1 || (offset !== 0 && name !== 'write' && name !== 'read')
      ? undefined
      : [injection(when + offset)];
}
