import { ShimApiError } from './errors.ts';
import type { Any } from './gen/google/protobuf/any.ts';

const MAX_SHOWN = 200;

/**
 * The type of an `Any`, without the host that others than containerd put in front.
 *
 * @throws {ShimApiError} `ERR_SHIM_API_TYPE` when it is no `Any`.
 */
export function typeNameOf(any: Any): string {
  const typeUrl: unknown = any?.typeUrl;
  if (typeof typeUrl === 'string') return typeUrl.replace(/^type\.googleapis\.com\//, '');
  throw new ShimApiError('ERR_SHIM_API_TYPE', 'an Any must have a typeUrl');
}

/** A name as a message shows it, which may be anybody's, of any length and any characters. */
export function shownType(type: unknown): string {
  if (typeof type !== 'string') return `a type that is a ${typeof type}`;
  return JSON.stringify(type.length > MAX_SHOWN ? `${type.slice(0, MAX_SHOWN)}…` : type);
}
