import { ShimApiError } from './errors.ts';
import type { Any } from './gen/google/protobuf/any.ts';
import { anyCodecs } from './known-types.ts';
import type { DeepPartial, MessageFns } from './wire.ts';

const MAX_SHOWN = 200;

/** The messages that travel in an `Any`, by the names of their types. */
export type AnyMessages = {
  [Type in keyof typeof anyCodecs]: (typeof anyCodecs)[Type] extends MessageFns<infer Message>
    ? Message
    : never;
};

/** What an `Any` holds: the name of the type tells which message it is. */
export type KnownMessage = {
  [Type in keyof AnyMessages]: { readonly type: Type; readonly message: AnyMessages[Type] };
}[keyof AnyMessages];

/** The type of `process` of the OCI runtime spec, which `Exec` takes as JSON. */
export const ociProcessType = 'types.containerd.io/opencontainers/runtime-spec/1/Process';

/** The type of `linux.resources` of the OCI runtime spec, which `Update` takes as JSON. */
export const ociResourcesType = 'types.containerd.io/opencontainers/runtime-spec/1/LinuxResources';

/**
 * A message in an `Any`, its type named as containerd does, without a host in front.
 *
 * @throws {ShimApiError} `ERR_PROTO_VALUE` for a value its field cannot hold.
 */
export function packAny<Type extends keyof AnyMessages>(
  type: Type,
  message: DeepPartial<AnyMessages[Type]>,
): Any {
  const codec = anyCodecs[type] as unknown as MessageFns<AnyMessages[Type]>;
  return { typeUrl: type, value: codec.encode(codec.fromPartial(message)).finish() };
}

/**
 * The message that an `Any` holds.
 *
 * @throws {ShimApiError} `ERR_PROTO_TYPE` when its type is not known here, `ERR_PROTO_INVALID` when the bytes
 * are no such message.
 */
export function unpackAny(any: Any): KnownMessage {
  const type = typeName(any);
  const codec = Object.hasOwn(anyCodecs, type) ? anyCodecs[type as keyof AnyMessages] : undefined;
  if (codec) return { type, message: codec.decode(any.value) } as KnownMessage;
  throw new ShimApiError('ERR_PROTO_TYPE', `an Any holds a ${shown(type)}, which is not known here`);
}

/**
 * A value as JSON in an `Any`, as containerd sends what is defined outside of protobuf: see `ociProcessType` and
 * `ociResourcesType`.
 *
 * @throws {ShimApiError} `ERR_PROTO_VALUE` for a value that cannot be written as JSON.
 */
export function packJson(type: string, value: unknown): Any {
  return { typeUrl: type, value: Buffer.from(jsonOf(value)) };
}

/**
 * The value that an `Any` holds as JSON.
 *
 * @throws {ShimApiError} `ERR_PROTO_TYPE` when it is of another type, `ERR_PROTO_INVALID` when it holds no JSON.
 */
export function unpackJson(any: Any, type: string): unknown {
  if (typeName(any) !== type) {
    throw new ShimApiError('ERR_PROTO_TYPE', `an Any holds a ${shown(any.typeUrl)}, not a ${type}`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(any.value));
  } catch (cause) {
    throw new ShimApiError('ERR_PROTO_INVALID', `an Any of type ${type} holds no JSON`, { cause });
  }
}

/** Others than containerd put a host in front. */
function typeName({ typeUrl }: Any): string {
  return typeUrl.replace(/^type\.googleapis\.com\//, '');
}

/** A name as a message shows it, which may be anybody's, of any length and any characters. */
function shown(type: string): string {
  return JSON.stringify(type.length > MAX_SHOWN ? `${type.slice(0, MAX_SHOWN)}…` : type);
}

function jsonOf(value: unknown): string {
  let json: string | undefined;
  let cause: unknown;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    cause = error;
  }
  if (json !== undefined) return json;
  throw new ShimApiError('ERR_PROTO_VALUE', 'the value cannot be written as JSON', { cause });
}
