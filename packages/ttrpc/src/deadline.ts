import { TtrpcError } from './errors.ts';

/** The longest delay a timer can have: 24 days. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Calls back when the time is over; never for a deadline that is further away than a timer can be set. */
export function startDeadline(
  timeoutMs: number | undefined,
  onExpired: (error: TtrpcError) => void,
): NodeJS.Timeout | undefined {
  if (timeoutMs === undefined || !(timeoutMs <= MAX_DELAY_MS)) return undefined;
  return setTimeout(() => {
    onExpired(TtrpcError.status('DEADLINE_EXCEEDED', `no response came within ${timeoutMs} ms`));
  }, timeoutMs);
}
