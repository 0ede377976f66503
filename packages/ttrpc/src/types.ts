import type { CallName, ReservedName } from './call-names.ts';

/** Encodes and decodes one kind of message. It has the shape of the codecs that ts-proto generates. */
export interface MessageCodec<Message = unknown> {
  /** The serialized message, once `finish()` is called. */
  encode(message: Message): { finish(): Uint8Array };
  /** The message; throws when the bytes are none. */
  decode(bytes: Uint8Array): Message;
  /** The message with every field that was left out filled in. */
  fromPartial(partial: never): Message;
}

/** One method of a service. */
export interface MethodDescriptor {
  /** Its name on the wire. */
  readonly name: string;
  /** The codec of its request. */
  // biome-ignore lint/suspicious/noExplicitAny: a codec takes and gives its own message; no other type holds all of them
  readonly requestType: MessageCodec<any>;
  /** Whether the client sends a stream of requests, and not just one. */
  readonly requestStream: boolean;
  /** The codec of its response. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly responseType: MessageCodec<any>;
  /** Whether the server sends a stream of responses, and not just one. */
  readonly responseStream: boolean;
}

/** A service; the shape that ts-proto generates with `outputServices=generic-definitions`. */
export interface ServiceDescriptor {
  /** The name without its package. */
  readonly name: string;
  /** The name on the wire, for example `containerd.runtime.linux.shim.v1.Shim`. */
  readonly fullName: string;
  /** The methods, by the names they are called by. */
  readonly methods: { readonly [method: string]: MethodDescriptor };
}

/** A message as you may pass it: missing fields get their default. */
export type MessageInit<Codec> = Codec extends { fromPartial(partial: infer Init): unknown }
  ? IsExact<Init> extends true
    ? PartialMessage<MessageOf<Codec>>
    : Init
  : never;

/** A message with all its fields. */
export type MessageOf<Codec> = Codec extends { decode(bytes: Uint8Array): infer Message } ? Message : never;

/**
 * Whether it is what the compiler makes of ts-proto's `Exact`, the default: a type that looks at the very object it is
 * given, and that allows no field at all where there is none to look at.
 */
type IsExact<Init> = string extends keyof Init
  ? Init extends { readonly [field: string]: never }
    ? true
    : false
  : false;

/** A message whose fields may be left out, and the fields of the messages in it. */
export type PartialMessage<Message> = Message extends Scalar
  ? Message
  : Message extends { toNumber(): number } // a 64-bit number of the library `long`
    ? Message | number | string
    : Message extends readonly (infer Item)[]
      ? readonly PartialMessage<Item>[]
      : Message extends { readonly $case: string }
        ? { [Field in keyof Omit<Message, '$case'>]?: PartialMessage<Message[Field]> } & {
            $case: Message['$case'];
          }
        : { [Field in keyof Message]?: PartialMessage<Message[Field]> | undefined };

type Scalar =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | Date
  | Uint8Array
  | ReadonlyMap<unknown, unknown>
  | ((...args: never[]) => unknown);

/**
 * Additional facts about a call. A name can have several values. Names are lower-case by convention, and containerd's
 * server finds no others.
 */
export type Metadata = Readonly<Record<string, readonly string[]>>;

/** What a single call can be given. */
export interface TtrpcCallOptions {
  /** Gives the call up: it rejects with the signal's reason. The server is not told, as ttrpc has no message for it. */
  readonly signal?: AbortSignal;
  /**
   * How long the answer may take, here and in the server; `DEADLINE_EXCEEDED` after that. For a stream it is the time
   * of the whole call. One of more than 24 days is only sent.
   * @default no limit
   */
  readonly timeoutMs?: number;
  /** Sent with the request. @default none */
  readonly metadata?: Metadata;
}

/** What a caller may give, or an interceptor passes on. */
export type GivenOptions = {
  readonly [Name in keyof TtrpcCallOptions]?: TtrpcCallOptions[Name] | undefined;
};

/** Messages to send, one after the other: an async generator, an array, a Node stream in object mode. */
export type MessageSource<Message> = AsyncIterable<Message> | Iterable<Message>;

/**
 * Incoming messages, one after the other, for one reader. It ends when the other side ends it. If something goes wrong,
 * it throws after the messages that came before. Leaving a `for await` loop, or calling `return()`, gives up the call.
 */
export interface MessageStream<Message> extends AsyncIterableIterator<Message>, AsyncDisposable {
  /** The next message; rejects with a `TtrpcError`, or with the reason of an abort. */
  next(): Promise<IteratorResult<Message, undefined>>;
  /** Gives the call up: no further message comes. */
  return(): Promise<IteratorResult<Message, undefined>>;
  /** The stream itself. */
  [Symbol.asyncIterator](): MessageStream<Message>;
}

/**
 * The calls of a service. A call with a single response returns a promise. A call with a stream of responses returns a
 * {@link MessageStream} and starts before you read it. Both reject with a `TtrpcError`.
 *
 * Methods called `constructor`, `then`, `toJSON`, `toString` and `valueOf` have a `$` behind their name here, such as
 * `then$`. JavaScript calls those names itself, for example when you `await` the object.
 */
export type ServiceClient<Service extends ServiceDescriptor> = {
  readonly [Method in keyof Service['methods'] as CallName<Method>]: ClientMethod<Service['methods'][Method]>;
};

/** One call of a {@link ServiceClient}. */
export type ClientMethod<Method extends MethodDescriptor> = (
  request: Method['requestStream'] extends true
    ? MessageSource<MessageInit<Method['requestType']>>
    : MessageInit<Method['requestType']>,
  options?: TtrpcCallOptions,
) => Method['responseStream'] extends true
  ? MessageStream<MessageOf<Method['responseType']>>
  : Promise<MessageOf<Method['responseType']>>;

/** What a handler knows about the call it answers. */
export interface CallContext {
  /** Aborted when the deadline passes or the connection ends: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** How long the caller waits, from the arrival of the call; undefined for no limit. */
  readonly timeoutMs: number | undefined;
  /** What was sent with the request. */
  readonly metadata: Metadata;
}

/**
 * The handlers of a service: functions, or the methods of an object. A handler throws `TtrpcError.status(name, message)`
 * to answer with a status. The caller sees any other error as `UNKNOWN`, with its message. A method without a handler is
 * answered `UNIMPLEMENTED`.
 *
 * The handler of a method that JavaScript itself calls on objects, such as `then`, may also be called `then$`, as it is in a
 * {@link ServiceClient}: an object that has `then` cannot be awaited.
 */
export type ServiceHandlers<Service extends ServiceDescriptor> = {
  readonly [Method in Exclude<keyof Service['methods'], ReservedName>]: MethodHandler<
    Service['methods'][Method]
  >;
} & {
  readonly [Method in Extract<keyof Service['methods'], ReservedName> as
    | Method
    | CallName<Method>]?: MethodHandler<Service['methods'][Method]>;
};

/** One handler of {@link ServiceHandlers}. For a stream of responses, an async generator is easiest. */
export type MethodHandler<Method extends MethodDescriptor> = (
  request: Method['requestStream'] extends true
    ? MessageStream<MessageOf<Method['requestType']>>
    : MessageOf<Method['requestType']>,
  context: CallContext,
) => OrPromise<
  Method['responseStream'] extends true
    ? MessageSource<MessageInit<Method['responseType']>>
    : MessageInit<Method['responseType']>
>;

type OrPromise<Value> = Value | PromiseLike<Value>;
