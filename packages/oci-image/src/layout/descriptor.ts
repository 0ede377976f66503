import { isObject, type JsonObject } from './json.ts';

/** What points to a blob; see the image specification's descriptor. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Whether text is the digest of a blob in a store. */
export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && DIGEST.test(text);
}

/** Whether a value is a descriptor that the store can hold. */
export function isDescriptor(value: unknown): value is Descriptor & JsonObject {
  return (
    isObject(value) &&
    typeof value['mediaType'] === 'string' &&
    isDigest(value['digest']) &&
    Number.isSafeInteger(value['size']) &&
    Number(value['size']) >= 0
  );
}
