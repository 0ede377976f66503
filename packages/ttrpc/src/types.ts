/** What turns one kind of message into bytes and back; the shape of the codecs that ts-proto generates. */
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

/** What a message may be given as: fields that are left out have their default. */
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
 * Further facts about a call; several values can have one name. Names are lower-case by convention:
 * containerd's server finds no others.
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

/** Messages to send, one after the other: an async generator, an array, a Node stream in object mode. */
export type MessageSource<Message> = AsyncIterable<Message> | Iterable<Message>;

/**
 * Messages that come in, one after the other, for one reader. It ends where the other side ended it, or throws what
 * went wrong, after the messages that came before. To leave a `for await` loop, or `return()`, gives the call up.
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
 * The calls of a service. One with a single response gives a promise of it; one with a stream of them gives a
 * {@link MessageStream}, and is under way before that is read. They reject with a `TtrpcError`.
 */
export type ServiceClient<Service extends ServiceDescriptor> = {
  readonly [Method in keyof Service['methods']]: ClientMethod<Service['methods'][Method]>;
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
 * What answers the calls of a service: functions, or the methods of an object. A handler throws
 * `TtrpcError.status(name, message)` to answer with a status; any other error is `UNKNOWN` to the caller, with its
 * message. A method without a handler is `UNIMPLEMENTED`.
 */
export type ServiceHandlers<Service extends ServiceDescriptor> = {
  readonly [Method in keyof Service['methods']]: MethodHandler<Service['methods'][Method]>;
};

/** One handler of {@link ServiceHandlers}; one for a stream of responses is most easily an async generator. */
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
