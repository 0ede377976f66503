import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Bundle } from './bundle.ts';
import { BundleError } from './errors.ts';
import { invalidValue } from './spec/invalid-value.ts';
import { parseSpec } from './spec/parse-spec.ts';
import type { Spec } from './spec/spec.ts';

/**
 * Reads the spec of a bundle from its `config.json`. A whole number beyond 2⁵³ is a `bigint` with all of its digits.
 *
 * @throws {BundleError} `ERR_BUNDLE_SPEC`, with the `path` of the file, as `parseSpec` does, and for text that is not
 * UTF-8. Errors of the file system pass through, such as `ENOENT` if there is no bundle.
 */
export async function loadSpec({ path }: Pick<Bundle, 'path'>): Promise<Spec> {
  const file = `${path}/config.json`;
  return specIn(await readFile(file), file);
}

/**
 * The synchronous form of `loadSpec`.
 *
 * @throws {BundleError} `ERR_BUNDLE_SPEC`, as `loadSpec` does.
 */
export function loadSpecSync({ path }: Pick<Bundle, 'path'>): Spec {
  const file = `${path}/config.json`;
  return specIn(readFileSync(file), file);
}

/**
 * The text in the bytes of a `config.json`.
 *
 * @throws {BundleError} `ERR_BUNDLE_SPEC`.
 */
export function decode(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw invalidValue('', 'the spec is no JSON: it is not UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function specIn(bytes: Uint8Array, file: string): Spec {
  try {
    return parseSpec(decode(bytes));
  } catch (error) {
    const { message, field } = error as BundleError;
    throw new BundleError('ERR_BUNDLE_SPEC', `${file}: ${message}`, { path: file, field, cause: error });
  }
}
