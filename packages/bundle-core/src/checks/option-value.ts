import { hasCode } from '../errors.ts';
import { invalidValue } from '../spec/invalid-value.ts';

// Runtimes hand ids to the kernel as signed numbers: beyond, 4294967295 means "stay root", and others have
// been taken for 0 (CVE-2024-40635).
const MAX_ID = 0x7fff_ffff;

/** Text that reaches the container as it is: a NUL would end it, half a character would become another. */
export function checkText(value: unknown, field: string): string {
  if (typeof value !== 'string') throw invalidValue(field, 'is no string');
  if (value.includes('\0')) throw invalidValue(field, 'holds a NUL byte');
  if (!value.isWellFormed()) throw invalidValue(field, 'holds half a character');
  return value;
}

/** A path that means the same wherever it is used. */
export function checkAbsolutePath(value: unknown, field: string): string {
  const path = checkText(value, field);
  if (!path.startsWith('/')) throw invalidValue(field, `${JSON.stringify(path)} is no absolute path`);
  return path;
}

/** A user or group id. */
export function checkId(value: unknown, field: string): number {
  return checkWhole(value, field, 0, MAX_ID);
}

/** A whole number within limits, both included. */
export function checkWhole(value: unknown, field: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalidValue(field, `must be a whole number from ${least} to ${most}, not ${String(value)}`);
}

/** Each entry of a list, checked; the list is a new one. */
export function checkList<Value, Checked = Value>(
  values: readonly Value[],
  field: string,
  check: (value: Value, field: string) => Checked,
): Checked[] {
  if (!Array.isArray(values)) throw invalidValue(field, 'is no array');
  return Array.from(values, (value, index) => check(value, `${field}[${index}]`));
}

/** A choice between yes and no. */
export function checkChoice(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalidValue(field, `must be true or false, not ${typeof value}`);
}

/** An object, of which the parts are still to be checked. */
export function checkObject<Value extends object>(value: Value, field: string): Value {
  if (typeof value === 'object' && value !== null) return value;
  throw invalidValue(field, 'is no object');
}

/** A copy of plain data, so that nothing is shared with what the caller gave. */
export function checkPlain<Value extends object>(value: Value, field: string): Value {
  try {
    return structuredClone(checkObject(value, field));
  } catch (cause) {
    throw hasCode(cause, 'ERR_BUNDLE_SPEC') ? cause : invalidValue(field, 'is no plain data', cause);
  }
}
