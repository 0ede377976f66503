const MAX_SHOWN = 100;

/** A value in a message: quoted, with control characters escaped, and never a megabyte of it. */
export function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value).slice(0, MAX_SHOWN);
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'string') return `(a value of type ${typeof value})`;
  return value.length > MAX_SHOWN ? `${JSON.stringify(value.slice(0, MAX_SHOWN))}…` : JSON.stringify(value);
}
