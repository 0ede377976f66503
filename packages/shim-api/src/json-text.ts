import { types } from 'node:util';
import { ShimApiError } from './errors.ts';

/** What JSON in an `Any` is: an object. Its whole numbers beyond 2⁵³ are bigints. */
export type JsonObject = { readonly [name: string]: unknown };

const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;
const WHOLE = /^-?\d+$/;
// Without so many digits in a row, and without an exponent, no number can be too large to be exact.
const MAY_BE_LARGE = /\d{16}|\d[eE]/;

// Of the proposal that Node has, and TypeScript not yet: https://github.com/tc39/proposal-json-parse-with-source
const { parse, rawJSON } = JSON as unknown as {
  rawJSON(text: string): unknown;
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
};

/**
 * The object as JSON, with the digits of its bigints.
 *
 * @throws {ShimApiError} `ERR_SHIM_API_VALUE`.
 */
export function stringifyJson(value: object): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value, (_name, part: unknown) => writable(part));
  } catch (cause) {
    if (cause instanceof ShimApiError) throw cause;
    throw new ShimApiError('ERR_SHIM_API_VALUE', 'the value cannot be written as JSON', { cause });
  }
  if (json?.startsWith('{')) return json;
  throw new ShimApiError('ERR_SHIM_API_VALUE', 'the value is no object in JSON');
}

/**
 * The object that the JSON is, with bigints for whole numbers beyond 2⁵³.
 *
 * @throws {SyntaxError} when it is no JSON, or no object.
 * @throws {RangeError} for a number that no 64 bits hold.
 */
export function parseJson(json: string): JsonObject {
  const value: unknown = MAY_BE_LARGE.test(json)
    ? parse(json, (_name, part: unknown, { source }) => readable(part, source))
    : JSON.parse(json);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new SyntaxError('it is no object');
}

function writable(part: unknown): unknown {
  const value = types.isNumberObject(part) || types.isBigIntObject(part) ? part.valueOf() : part;
  if (typeof value === 'bigint') {
    if (value >= MIN_INT64 && value <= MAX_UINT64) return rawJSON(String(value));
    throw new ShimApiError(
      'ERR_SHIM_API_VALUE',
      `a bigint of more than 64 bits, ${String(value).slice(0, 40)}…`,
    );
  }
  if (isCollection(value))
    throw new ShimApiError('ERR_SHIM_API_VALUE', 'the members of a collection are not seen in JSON');
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  if (Number.isFinite(value) && !Number.isInteger(value)) return value;
  throw new ShimApiError(
    'ERR_SHIM_API_VALUE',
    `the number ${value} would not arrive as it is; give a whole one beyond 2⁵³ as a bigint`,
  );
}

/** A map, a set, a typed array: all that can be gone over and is no array. */
function isCollection(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value) || types.isStringObject(value)) return false;
  return ArrayBuffer.isView(value) || Symbol.iterator in value;
}

function readable(part: unknown, source: string | undefined): unknown {
  if (typeof part !== 'number' || Number.isSafeInteger(part)) return part;
  if (Number.isFinite(part) && !Number.isInteger(part)) return part;
  const whole =
    source !== undefined && WHOLE.test(source) && source.length <= 20 ? BigInt(source) : undefined;
  if (whole !== undefined && whole >= MIN_INT64 && whole <= MAX_UINT64) return whole;
  throw new RangeError(`no 64 bits hold the number ${(source ?? String(part)).slice(0, 40)}`);
}
