import { ListenOptions, NetConnectOpts, Socket } from "node:net";
import { Duplex } from "node:stream";
export declare const statusNames: readonly ['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'];
type StatusName = (typeof statusNames)[number];
type TtrpcErrorCode = 'ERR_TTRPC_STATUS' | 'ERR_TTRPC_CLOSED' | 'ERR_TTRPC_PROTOCOL' | 'ERR_TTRPC_TOO_LARGE' | 'ERR_TTRPC_UNREACHABLE' | 'ERR_TTRPC_LISTEN';
export declare class TtrpcError extends Error {
  readonly code: TtrpcErrorCode;
  readonly status: StatusName | undefined;
  constructor(code: TtrpcErrorCode, message: string, options?: ErrorOptions & {
    readonly status?: StatusName;
  });
  static status(status: StatusName, message: string, options?: ErrorOptions): TtrpcError;
  static from(reason: unknown): TtrpcError;
}
interface MessageCodec<Message = unknown> {
  encode(message: Message): {
    finish(): Uint8Array;
  };
  decode(bytes: Uint8Array): Message;
  fromPartial(partial: never): Message;
}
interface MethodDescriptor {
  readonly name: string;
  readonly requestType: MessageCodec<any>;
  readonly requestStream: false;
  readonly responseType: MessageCodec<any>;
  readonly responseStream: false;
}
interface ServiceDescriptor {
  readonly name: string;
  readonly fullName: string;
  readonly methods: {
    readonly [method: string]: MethodDescriptor;
  };
}
type MessageInit<Codec> = Codec extends {
  fromPartial(partial: infer Init): unknown;
} ? Init : never;
type MessageOf<Codec> = Codec extends {
  decode(bytes: Uint8Array): infer Message;
} ? Message : never;
type Metadata = Readonly<Record<string, readonly string[]>>;
interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly metadata?: Metadata;
}
type ServiceClient<Service extends ServiceDescriptor> = { readonly [Method in keyof Service['methods']]: (request: MessageInit<Service['methods'][Method]['requestType']>, options?: CallOptions) => Promise<MessageOf<Service['methods'][Method]['responseType']>>; };
interface CallContext {
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
  readonly metadata: Metadata;
}
type ServiceHandlers<Service extends ServiceDescriptor> = { readonly [Method in keyof Service['methods']]: (request: MessageOf<Service['methods'][Method]['requestType']>, context: CallContext) => MessageInit<Service['methods'][Method]['responseType']> | Promise<MessageInit<Service['methods'][Method]['responseType']>>; };
export declare function connect(target: string | NetConnectOpts, options?: {
  readonly signal?: AbortSignal;
}): Promise<TtrpcClient>;
export declare class TtrpcClient implements AsyncDisposable {
  #private;
  readonly closed: Promise<TtrpcError | undefined>;
  static over(stream: Duplex): TtrpcClient;
  private constructor();
  service<Service extends ServiceDescriptor>(descriptor: Service): ServiceClient<Service>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  unref(): this;
  ref(): this;
}
export declare function inProcess<Service extends ServiceDescriptor>(descriptor: Service, handlers: ServiceHandlers<Service>): ServiceClient<Service>;
interface TtrpcServerOptions {
  readonly maxConcurrentCalls?: number;
  readonly maxPendingBytes?: number;
  readonly maxStallMs?: number;
  readonly authorize?: (socket: Socket) => boolean | Promise<boolean>;
}
export declare class TtrpcServer implements AsyncDisposable {
  #private;
  constructor(options?: TtrpcServerOptions);
  handle<Service extends ServiceDescriptor>(descriptor: Service, handlers: ServiceHandlers<Service>): this;
  listen(target: string | {
    readonly fd: number;
  } | ListenOptions): Promise<void>;
  accept(stream: Duplex): void;
  shutdown({ signal }?: {
    readonly signal?: AbortSignal;
  }): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
export type { CallContext, CallOptions, MessageCodec, MessageInit, MessageOf, Metadata, MethodDescriptor, ServiceClient, ServiceDescriptor, ServiceHandlers, StatusName, TtrpcErrorCode, TtrpcServerOptions };
