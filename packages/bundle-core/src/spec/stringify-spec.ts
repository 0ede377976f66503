import { types } from 'node:util';
import { messageOf } from '../errors.ts';
import { fieldIn } from './field.ts';
import { invalidValue } from './invalid-value.ts';
import { checkNumber } from './number.ts';
import type { Spec } from './spec.ts';

// What only a closer look can tell from a number that was damaged: a null, sixteen digits in a row, an exponent; and from
// a collection, whose members JSON does not see, or numbers: an empty object, and one whose first key is 0.
const SUSPECT = /[:,[]null[,\]}]|\d{16}|\d[eE][+-]?\d|\{\}|\{"0":/;

const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

/**
 * Writes a spec as the JSON of a `config.json`. Every number stays as it is: a `bigint` of up to 64 bits is written digit
 * by digit.
 *
 * @throws {BundleError} `ERR_BUNDLE_SPEC`, with the `field`, for a value that JSON would silently damage: `NaN` and
 * `Infinity`, a whole `number` beyond 2⁵³, a `bigint` beyond 64 bits, `undefined` or a function in an array, a `Map` or
 * another collection that is no array; also for a circular reference, and for a value that is not an object.
 */
export function stringifySpec(spec: Spec): string {
  const text = quickly(spec) ?? exactly(spec);
  if (text?.startsWith('{')) return text;
  throw invalidValue('', 'the spec is no object');
}

/** Most specs hold nothing that `JSON.stringify` would damage, and its fast path is worth ten times a replacer's. */
function quickly(spec: Spec): string | undefined {
  let text: string | undefined;
  try {
    text = JSON.stringify(spec);
  } catch {
    return undefined; // a bigint, or worse
  }
  return text === undefined || SUSPECT.test(text) ? undefined : text;
}

function exactly(spec: Spec): string | undefined {
  const fields = new WeakMap<object, string>();
  function exact(this: object, key: string, value: unknown): unknown {
    const holder = fields.get(this);
    const field = holder === undefined ? '' : fieldIn(holder, key, Array.isArray(this));
    // The original, since some programs give bigints a `toJSON` that makes a string.
    const original: unknown = Reflect.get(this, key);
    if (typeof original === 'bigint') return rawJSON(String(checkNumber(original, field)));
    if (typeof value === 'number') return checkNumber(value, field);
    if (isCollection(value)) throw invalidValue(field, 'is a collection, whose members are not seen in JSON');
    if (typeof value === 'object' && value !== null) fields.set(value, field);
    else if (Array.isArray(this) && !isJson(value)) throw invalidValue(field, `is ${typeof value}`);
    return value;
  }
  try {
    return JSON.stringify(spec, exact);
  } catch (cause) {
    if (typeof cause === 'object' && cause !== null && 'field' in cause) throw cause;
    throw invalidValue('', `the spec cannot be written as JSON: ${messageOf(cause)}`, cause);
  }
}

function isCollection(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value) || types.isStringObject(value)) return false;
  return ArrayBuffer.isView(value) || Symbol.iterator in value;
}

function isJson(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean';
}
