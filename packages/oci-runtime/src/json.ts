import { types } from 'node:util';
import { badArgument } from './errors.ts';

/** A whole number of up to 64 bits. Beyond `Number.MAX_SAFE_INTEGER` only a bigint is exact. */
export type Int64 = number | bigint;

const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_DEPTH = 100; // runtimes refuse less, and a call within a call for each level ends ours
const WHOLE = /^-?\d+$/;
// Without so many digits in a row, or an exponent, no number is too large to be exact.
const MAY_BE_LARGE = /\d{16}|\d[eE]/;

// Node has this proposal, TypeScript not yet: https://github.com/tc39/proposal-json-parse-with-source
const { parse, rawJSON } = JSON as unknown as {
  rawJSON(text: string): unknown;
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
};

/**
 * An object as JSON, with all the digits of its bigints.
 *
 * @param what how messages call it.
 * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT` for what JSON cannot say, or would say otherwise: a number that is
 * not whole or not exact, a bigint of more than 64 bits, a function, a map, something that holds itself.
 */
export function toJson(value: unknown, what: string): string {
  const data = dataOf(value, what, []);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw badArgument(`${what} must be an object, and is ${describe(value)}`);
  }
  return JSON.stringify(data);
}

/** The value that the JSON is: a whole number beyond 2⁵³ is a bigint, so that none is rounded. @throws {SyntaxError} */
export function fromJson(text: string): unknown {
  if (!MAY_BE_LARGE.test(text)) return JSON.parse(text);
  return parse(text, (_, value, { source }) => {
    const isRounded = typeof value === 'number' && source !== undefined && WHOLE.test(source);
    return isRounded && !Number.isSafeInteger(value) ? BigInt(source) : value;
  });
}

/**
 * Whether a value is a whole number of up to 64 bits, and exact.
 *
 * @param least the least that it may be.
 */
export function isInt64(value: unknown, least: bigint = MIN_INT64): value is Int64 {
  if (typeof value === 'number') return Number.isSafeInteger(value) && BigInt(value) >= least;
  return typeof value === 'bigint' && value >= least && value <= MAX_UINT64;
}

/** What a value is, for a message: short, and never a secret. */
export function describe(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value).slice(0, 40);
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`.replace(/^a (?=object)/, 'an ');
}

/** The value as plain data. Of another realm it may be, and have a `toJSON`; `holders` are the objects it is in. */
function dataOf(value: unknown, what: string, holders: readonly object[]): unknown {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return numberOf(value, what);
    case 'string':
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : objectOf(value, what, holders);
    default:
      throw badArgument(`${what} cannot be said in JSON: it is ${describe(value)}`);
  }
}

function numberOf(value: Int64, what: string): unknown {
  if (!isInt64(value)) {
    const hint = Number.isInteger(value) ? '; give it as a bigint' : '';
    throw badArgument(`${what} must be a whole number of up to 64 bits, and is ${describe(value)}${hint}`);
  }
  return typeof value === 'bigint' ? rawJSON(String(value)) : value;
}

function objectOf(value: object, what: string, holders: readonly object[]): unknown {
  if (holders.includes(value)) throw badArgument(`${what} holds itself`);
  if (holders.length === MAX_DEPTH)
    throw badArgument(`an object holds more than ${MAX_DEPTH} within one another`);
  const within = [...holders, value];
  if (hasToJson(value)) return dataOf(value.toJSON(), what, within);
  if (Array.isArray(value) || types.isTypedArray(value)) {
    return Array.from(value as ArrayLike<unknown>, (each, index) =>
      dataOf(each, `${what}[${index}]`, within),
    );
  }
  if (isCollection(value)) throw badArgument(`${what} must be plain data, and is a collection`);
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([name, part]) => [name, dataOf(part, `${what}.${name}`, within)]));
}

/** What a value is in JSON, as far as it says so itself. */
export function asJson<Value>(value: Value): Value {
  return typeof value === 'object' && value !== null && hasToJson(value) ? (value.toJSON() as Value) : value;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/** Whether a value is an object with keys: no array, and no collection, whose members are no keys. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !isCollection(value);
}

function isCollection(value: object): boolean {
  return Symbol.iterator in value || ArrayBuffer.isView(value);
}
