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
  /** Streams are not supported. */
  readonly requestStream: false;
  /** The codec of its response. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly responseType: MessageCodec<any>;
  /** Streams are not supported. */
  readonly responseStream: false;
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
export type MessageInit<Codec> = Codec extends { fromPartial(partial: infer Init): unknown } ? Init : never;

/** A message with all its fields. */
export type MessageOf<Codec> = Codec extends { decode(bytes: Uint8Array): infer Message } ? Message : never;

/**
 * Further facts about a call; several values can have one name. Names are lower-case by convention:
 * containerd's server finds no others.
 */
export type Metadata = Readonly<Record<string, readonly string[]>>;

/** What a single call can be given. */
export interface CallOptions {
  /** Gives the call up: its promise rejects with the signal's reason. The server is not told. */
  readonly signal?: AbortSignal;
  /**
   * How long the answer may take, here and in the server; `DEADLINE_EXCEEDED` after that. One of more than 24
   * days is only sent.
   * @default no limit
   */
  readonly timeoutMs?: number;
  /** Sent with the request. @default none */
  readonly metadata?: Metadata;
}

/** The calls of a service, each to a promise of its response. Rejects with a `TtrpcError`. */
export type ServiceClient<Service extends ServiceDescriptor> = {
  readonly [Method in keyof Service['methods']]: (
    request: MessageInit<Service['methods'][Method]['requestType']>,
    options?: CallOptions,
  ) => Promise<MessageOf<Service['methods'][Method]['responseType']>>;
};

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
 * What answers the calls of a service. A handler throws `TtrpcError.status(name, message)` to answer with a
 * status; any other error is `UNKNOWN` to the caller, with its message.
 */
export type ServiceHandlers<Service extends ServiceDescriptor> = {
  readonly [Method in keyof Service['methods']]: (
    request: MessageOf<Service['methods'][Method]['requestType']>,
    context: CallContext,
  ) =>
    | MessageInit<Service['methods'][Method]['responseType']>
    | Promise<MessageInit<Service['methods'][Method]['responseType']>>;
};
