export { BundleError, type BundleErrorCode, type BundleErrorFacts } from './errors.ts';
export { validateIdentifier, validateNamespace } from './identifier.ts';
