import { BundleError } from '../errors.ts';

/** What to throw when something cannot be part of a spec. */
export function invalidValue(field: string, problem: string, cause?: unknown): BundleError {
  return new BundleError('ERR_BUNDLE_SPEC', field === '' ? problem : `${field} ${problem}`, {
    ...(field !== '' && { field }),
    ...(cause !== undefined && { cause }),
  });
}
