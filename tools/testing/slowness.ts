/**
 * By how much this machine is slower than those that the waits in the tests are meant for: `SHIMWRIGHT_SLOW`, 1 by
 * default. It stretches how long a test waits at most, and nothing else.
 *
 * @throws {RangeError} for what is no number of at least 1.
 */
export function slowness(value: string | undefined = process.env['SHIMWRIGHT_SLOW']): number {
  const factor = Number(value || 1);
  if (factor >= 1 && Number.isFinite(factor)) return factor;
  throw new RangeError(`SHIMWRIGHT_SLOW is ${value}, and no number of at least 1`);
}

interface PollOptions {
  readonly timeout?: number;
  readonly interval?: number;
  readonly message?: string;
}

/** The options of a poll, with a limit that is as much longer as this machine is slower. */
export function stretched(options: PollOptions, factor: number = slowness()): PollOptions {
  return options.timeout === undefined ? options : { ...options, timeout: options.timeout * factor };
}
