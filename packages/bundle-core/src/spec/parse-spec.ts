import { fieldIn } from './field.ts';
import { invalidValue } from './invalid-value.ts';
import { checkBits } from './number.ts';
import type { Spec } from './spec.ts';

// Most specs hold no number that a `number` could not hold, and to look at each costs ten times as much.
const SUSPECT = /\d{16}|\d[eE][+-]?\d/;

type Reviver = (this: object, key: string, value: unknown, context?: { source?: string }) => unknown;

/**
 * Parses the text of a `config.json`. A whole number beyond 2⁵³ becomes a `bigint` with all of its digits.
 *
 * @throws {BundleError} `ERR_BUNDLE_SPEC` for text that is not JSON or not an object, and for a number beyond 64 bits.
 */
export function parseSpec(text: string): Spec {
  let spec: unknown;
  try {
    spec = JSON.parse(text);
  } catch (cause) {
    throw invalidValue('', `the spec is no JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
    throw invalidValue('', 'the spec is no JSON object');
  }
  return (SUSPECT.test(text) ? exactly(text) : spec) as Spec;
}

function exactly(text: string): unknown {
  const damaged: { holder: object; key: string; source: string }[] = [];
  const exact: Reviver = function (key, value, context) {
    const source = context?.source;
    if (typeof value !== 'number' || source === undefined || isExact(value)) return value;
    if (/^-?\d+$/.test(source) && fits(BigInt(source))) return BigInt(source);
    damaged.push({ holder: this, key, source });
    return value;
  };
  let spec: unknown;
  try {
    spec = JSON.parse(text, exact as Parameters<typeof JSON.parse>[1]);
  } catch (cause) {
    throw invalidValue('', `the spec is nested too deeply: ${(cause as Error).message}`, cause);
  }
  const [first] = damaged;
  if (first) throw invalidValue(placeOf(first, spec), `is ${first.source}, which is no number of 64 bits`);
  return spec;
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function fits(value: bigint): boolean {
  try {
    checkBits(value, '');
    return true;
  } catch {
    return false;
  }
}

/** Where something is, which a reviver is not told: it goes from the inside to the outside. */
function placeOf(
  { holder, key }: { readonly holder: object; readonly key: string },
  within: unknown,
  field = '',
): string {
  if (typeof within !== 'object' || within === null) return '';
  if (within === holder) return fieldIn(field, key, Array.isArray(within));
  for (const [name, part] of Object.entries(within)) {
    const place = placeOf({ holder, key }, part, fieldIn(field, name, Array.isArray(within)));
    if (place !== '') return place;
  }
  return '';
}
