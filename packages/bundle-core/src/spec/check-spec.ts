import { rememberFilter, withoutKnownFilter } from './known-filter.ts';
import { parseSpec } from './parse-spec.ts';
import type { Spec } from './spec.ts';

/**
 * Looks whether a text is one of a spec.
 *
 * @returns the spec, but for its filter of system calls.
 * @throws {BundleError} `ERR_BUNDLE_SPEC`, as `parseSpec` does.
 */
export function checkSpec(text: string): Spec {
  const rest = withoutKnownFilter(text);
  if (rest !== undefined) {
    try {
      return parseSpec(rest);
    } catch {
      return parseSpec(text); // whose error tells of the text that was given
    }
  }
  const spec = parseSpec(text);
  rememberFilter(text, spec);
  return spec;
}
