import { BundleError, type BundleErrorCode } from './errors.ts';

// The rules of containerd's identifiers package, so that whatever passes here passes there.
const MAX_LENGTH = 76;
const PATTERN = /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;

/**
 * Checks that containerd would accept a container's id: ASCII letters and digits, with a single `.`, `_` or `-` between
 * them, at most 76 characters. Such an id is one plain path component: it cannot climb (`..`), hide (`.web`), be empty or
 * nest (`a/b`).
 *
 * @returns the id itself.
 * @throws {BundleError} `ERR_BUNDLE_ID`.
 */
export function validateIdentifier(id: string): string {
  return validate(id, 'ERR_BUNDLE_ID', 'id');
}

/**
 * Checks that containerd would accept a namespace, by the same rules as for an id.
 *
 * @returns the namespace itself.
 * @throws {BundleError} `ERR_BUNDLE_NAMESPACE`.
 */
export function validateNamespace(namespace: string): string {
  return validate(namespace, 'ERR_BUNDLE_NAMESPACE', 'namespace');
}

/** Whether an id or a namespace would pass. */
export function isIdentifier(name: string): boolean {
  return problemOf(name) === undefined;
}

function validate(name: unknown, code: BundleErrorCode, noun: string): string {
  const problem = problemOf(name);
  if (problem === undefined) return name as string;
  throw new BundleError(code, `the ${noun} ${shown(name)} ${problem}`);
}

function problemOf(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'must be a string';
  if (name === '') return 'must not be empty';
  if (name.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (!PATTERN.test(name))
    return 'must be ASCII letters and digits, with single ".", "_" or "-" between them';
  return undefined;
}

/** Quoted, with control characters escaped, and never a megabyte of it. */
function shown(name: unknown): string {
  if (typeof name !== 'string') return `(a value of type ${typeof name})`;
  return name.length > 2 * MAX_LENGTH
    ? `${JSON.stringify(name.slice(0, MAX_LENGTH))}…`
    : JSON.stringify(name);
}
