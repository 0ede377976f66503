import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** Bytes as docker reads them, such as `64m`, `1.5g` or `1024`. */
export function parseSize(text: string): number {
  const [, number, unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([bkmgtp])?(?:i?b)?$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(number) * 1024 ** (UNITS[unit.toLowerCase()] ?? 0));
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new InvalidArgumentError('It must be a size, such as 64m or 1g.');
}

export function parseCpus(text: string): number {
  const cpus = Number(text);
  if (cpus > 0 && Number.isFinite(cpus)) return cpus;
  throw new InvalidArgumentError('It must be a number above 0, such as 0.5.');
}

function parseWhole(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('It must be a whole number.');
}

/** Seconds that a timer can wait, which are some 24 days. */
export function parseSeconds(text: string): number {
  const seconds = parseWhole(text);
  if (seconds <= 2_147_483) return seconds;
  throw new InvalidArgumentError('It must be at most 2147483.');
}

export function parsePidsLimit(text: string): number | 'unlimited' {
  if (text === '-1' || text === '0' || text === 'unlimited') return 'unlimited';
  return parseWhole(text);
}

/** `all` or a number. */
export function parseTail(text: string): number | undefined {
  return text === 'all' ? undefined : parseWhole(text);
}

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };

/** A moment: how long ago, such as `10m` or `1h30m`, a time of ISO 8601, or seconds since 1970. */
export function parseMoment(text: string): Date {
  if (/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) {
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
    const seconds = parts.reduce(
      (sum, [, number, unit = '']) => sum + Number(number) * (SECONDS[unit] ?? 0),
      0,
    );
    return new Date(Date.now() - seconds * 1_000);
  }
  const moment = /^\d+(?:\.\d+)?$/.test(text) ? new Date(Number(text) * 1_000) : new Date(text);
  if (!Number.isNaN(moment.getTime())) return moment;
  throw new InvalidArgumentError(
    'It must be a time such as 2026-01-31T12:00:00Z, or how long ago, such as 10m.',
  );
}

/** For an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
