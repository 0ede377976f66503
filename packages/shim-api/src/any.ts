import { ShimApiError } from './errors.ts';
import type { Any } from './gen/google/protobuf/any.ts';
import { anyCodecs } from './known-types.ts';
import { shownType, typeNameOf } from './type-name.ts';
import type { DeepPartial, MessageFns } from './wire.ts';

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

/**
 * A message in an `Any`, its type named as containerd does, without a host in front.
 *
 * @throws {ShimApiError} `ERR_SHIM_API_TYPE` when the type is not known here, `ERR_SHIM_API_VALUE` for a value its field
 * cannot hold.
 */
export function packAny<Type extends keyof AnyMessages>(
  type: Type,
  message: DeepPartial<AnyMessages[Type]>,
): Any {
  const codec = codecOf(type) as MessageFns<AnyMessages[Type]> | undefined;
  if (!codec) throw new ShimApiError('ERR_SHIM_API_TYPE', `${shownType(type)} is not known here`);
  return { typeUrl: type, value: codec.encode(codec.fromPartial(message)).finish() };
}

/**
 * The message that an `Any` holds.
 *
 * @throws {ShimApiError} `ERR_SHIM_API_TYPE` when its type is not known here, `ERR_SHIM_API_INVALID` when the bytes
 * are no such message.
 */
export function unpackAny(any: Any): KnownMessage {
  const type = typeNameOf(any);
  const codec = codecOf(type);
  if (codec) return { type, message: codec.decode(any.value) } as KnownMessage;
  throw new ShimApiError('ERR_SHIM_API_TYPE', `an Any holds a ${shownType(type)}, which is not known here`);
}

function codecOf(type: string): MessageFns<unknown> | undefined {
  if (!Object.hasOwn(anyCodecs, type)) return undefined;
  return anyCodecs[type as keyof AnyMessages] as unknown as MessageFns<unknown>;
}
