import { constants } from 'node:os';
import { badOption, shown } from './bad-option.ts';

/** The number of a signal by its name, with or without `SIG`, or by its number. @throws {ContainerError} `ERR_CONTAINER_ARGUMENT`. */
export function signalNumber(signal: unknown, option = 'signal'): number {
  if (typeof signal === 'number' || (typeof signal === 'string' && /^\d+$/.test(signal))) {
    const number = Number(signal);
    if (Number.isInteger(number) && number >= 1 && number <= 64) return number;
  } else if (typeof signal === 'string') {
    const name = signal.toUpperCase();
    const known: Readonly<Record<string, number>> = constants.signals;
    for (const each of [name, `SIG${name}`]) if (Object.hasOwn(known, each)) return known[each] as number;
    const realtime = /^(?:SIG)?RT(MIN\+|MAX-)(\d+)$/.exec(name);
    if (realtime) return signalNumber(realtimeNumber(realtime), option);
  }
  throw badOption(option, `must be a signal, such as SIGTERM or 15, not ${shown(signal)}`);
}

/** As the C library counts them. */
function realtimeNumber([, from, count]: RegExpExecArray): number {
  const number = from === 'MIN+' ? 34 + Number(count) : 64 - Number(count);
  return number >= 34 ? number : Number.NaN;
}

/** The name of the signal that a status beyond 128 stands for. */
export function signalOf(exitStatus: number): NodeJS.Signals | undefined {
  const found = Object.entries(constants.signals).find(([, number]) => exitStatus === 128 + number);
  return found?.[0] as NodeJS.Signals | undefined;
}
