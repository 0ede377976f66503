import { setTimeout } from 'node:timers';
import { MAX_DELAY_MS } from './arguments.ts';
import { TtrpcError } from './errors.ts';

/** Calls back when the time is over; never for a deadline that is further away than a timer can be set. */
export function startDeadline(
  timeoutMs: number | undefined,
  onExpired: (error: TtrpcError) => void,
): NodeJS.Timeout | undefined {
  if (timeoutMs === undefined || !(timeoutMs <= MAX_DELAY_MS)) return undefined;
  return setTimeout(
    () => {
      onExpired(TtrpcError.status('DEADLINE_EXCEEDED', `no response came within ${timeoutMs} ms`));
    },
    Math.max(timeoutMs, 0),
  ); // Node warns of less
}
