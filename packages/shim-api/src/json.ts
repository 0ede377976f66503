import { ShimApiError } from './errors.ts';
import type { Any } from './gen/google/protobuf/any.ts';
import { type JsonObject, parseJson, stringifyJson } from './json-text.ts';
import { shownType, typeNameOf } from './type-name.ts';

/** The type of `process` of the OCI runtime spec, which `Exec` takes as JSON. */
export const ociProcessType = 'types.containerd.io/opencontainers/runtime-spec/1/Process';

/** The type of `linux.resources` of the OCI runtime spec, which `Update` takes as JSON. */
export const ociResourcesType = 'types.containerd.io/opencontainers/runtime-spec/1/LinuxResources';

/** The type of the features of an OCI runtime, which `RuntimeInfo` has as JSON. */
export const ociFeaturesType = 'types.containerd.io/opencontainers/runtime-spec/1/features/Features';

/**
 * An object as JSON in an `Any`, as containerd sends what is defined outside of protobuf: see `ociProcessType` and
 * `ociResourcesType`. A bigint becomes a number with all its digits.
 *
 * @throws {ShimApiError} `ERR_SHIM_API_VALUE` for what is no object in JSON, and for a number that would not arrive as it
 * is: NaN, an infinity, a whole one beyond 2⁵³ that is no bigint, a bigint of more than 64 bits; also for a `Map` or another
 * collection that is no array.
 */
export function packJson(type: string, value: object): Any {
  if (typeof type !== 'string') throw new ShimApiError('ERR_SHIM_API_TYPE', `${shownType(type)} is no name`);
  return { typeUrl: type, value: Buffer.from(stringifyJson(value)) };
}

/**
 * The object that an `Any` holds as JSON. A whole number beyond 2⁵³ is a bigint in it, so that none is rounded;
 * `packJson` writes it again.
 *
 * @throws {ShimApiError} `ERR_SHIM_API_TYPE` when it is of another type, `ERR_SHIM_API_INVALID` when it holds no object in
 * JSON, or a number that no 64 bits hold.
 */
export function unpackJson(any: Any, type: string): JsonObject {
  if (typeNameOf(any) !== type) {
    throw new ShimApiError(
      'ERR_SHIM_API_TYPE',
      `an Any holds a ${shownType(any.typeUrl)}, not a ${shownType(type)}`,
    );
  }
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(any.value));
  } catch (cause) {
    throw new ShimApiError('ERR_SHIM_API_INVALID', `an Any of type ${type} holds no JSON`, { cause });
  }
}
