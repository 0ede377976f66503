import { Duplex } from "node:stream";
import { ListenOptions, NetConnectOpts, Socket } from "node:net";
declare const RESERVED: readonly ['constructor', 'then', 'toJSON', 'toString', 'valueOf'];
type ReservedName = (typeof RESERVED)[number];
type CallName<Name> = Name extends ReservedName ? `${Name}$` : Name;
export declare const statusNames: readonly ['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'];
type StatusName = (typeof statusNames)[number];
type TtrpcErrorCode = 'ERR_TTRPC_STATUS' | 'ERR_TTRPC_CLOSED' | 'ERR_TTRPC_PROTOCOL' | 'ERR_TTRPC_TOO_LARGE' | 'ERR_TTRPC_QUEUE_FULL' | 'ERR_TTRPC_EXHAUSTED' | 'ERR_TTRPC_UNREACHABLE' | 'ERR_TTRPC_LISTEN' | 'ERR_TTRPC_ARGUMENT';
interface StatusDetail {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}
interface TtrpcErrorOptions extends ErrorOptions {
  readonly status?: StatusName;
  readonly details?: readonly StatusDetail[];
}
export declare class TtrpcError extends Error {
  readonly code: TtrpcErrorCode;
  readonly status: StatusName | undefined;
  readonly details: readonly StatusDetail[];
  constructor(code: TtrpcErrorCode, message: string, options?: TtrpcErrorOptions);
  static status(status: StatusName, message: string, options?: Omit<TtrpcErrorOptions, 'status'>): TtrpcError;
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
  readonly requestStream: boolean;
  readonly responseType: MessageCodec<any>;
  readonly responseStream: boolean;
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
} ? IsExact<Init> extends true ? PartialMessage<MessageOf<Codec>> : Init : never;
type MessageOf<Codec> = Codec extends {
  decode(bytes: Uint8Array): infer Message;
} ? Message : never;
type IsExact<Init> = string extends keyof Init ? Init extends {
  readonly [field: string]: never;
} ? true : false : false;
type PartialMessage<Message> = Message extends Scalar ? Message : Message extends {
  toNumber(): number;
} ? Message | number | string : Message extends readonly (infer Item)[] ? readonly PartialMessage<Item>[] : Message extends {
  readonly $case: string;
} ? { [Field in keyof Omit<Message, '$case'>]?: PartialMessage<Message[Field]>; } & {
  $case: Message['$case'];
} : { [Field in keyof Message]?: PartialMessage<Message[Field]> | undefined; };
type Scalar = string | number | bigint | boolean | symbol | null | undefined | Date | Uint8Array | ReadonlyMap<unknown, unknown> | ((...args: never[]) => unknown);
type Metadata = Readonly<Record<string, readonly string[]>>;
interface TtrpcCallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly metadata?: Metadata;
}
type MessageSource<Message> = AsyncIterable<Message> | Iterable<Message>;
interface MessageStream<Message> extends AsyncIterableIterator<Message>, AsyncDisposable {
  next(): Promise<IteratorResult<Message, undefined>>;
  return(): Promise<IteratorResult<Message, undefined>>;
  [Symbol.asyncIterator](): MessageStream<Message>;
}
type ServiceClient<Service extends ServiceDescriptor> = { readonly [Method in keyof Service['methods'] as CallName<Method>]: ClientMethod<Service['methods'][Method]>; };
type ClientMethod<Method extends MethodDescriptor> = (request: Method['requestStream'] extends true ? MessageSource<MessageInit<Method['requestType']>> : MessageInit<Method['requestType']>, options?: TtrpcCallOptions) => Method['responseStream'] extends true ? MessageStream<MessageOf<Method['responseType']>> : Promise<MessageOf<Method['responseType']>>;
interface CallContext {
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
  readonly metadata: Metadata;
}
type ServiceHandlers<Service extends ServiceDescriptor> = { readonly [Method in Exclude<keyof Service['methods'], ReservedName>]: MethodHandler<Service['methods'][Method]>; } & { readonly [Method in Extract<keyof Service['methods'], ReservedName> as Method | CallName<Method>]?: MethodHandler<Service['methods'][Method]>; };
type MethodHandler<Method extends MethodDescriptor> = (request: Method['requestStream'] extends true ? MessageStream<MessageOf<Method['requestType']>> : MessageOf<Method['requestType']>, context: CallContext) => OrPromise<Method['responseStream'] extends true ? MessageSource<MessageInit<Method['responseType']>> : MessageInit<Method['responseType']>>;
type OrPromise<Value> = Value | PromiseLike<Value>;
interface InterceptedCall {
  readonly service: string;
  readonly method: MethodDescriptor;
  readonly request: unknown;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  readonly metadata: Metadata;
}
type CallNext = (call: InterceptedCall) => Promise<unknown>;
type Interceptor = (next: CallNext) => CallNext;
interface TtrpcClientOptions {
  readonly maxPendingBytes?: number;
  readonly maxUnreadBytes?: number;
  readonly interceptors?: readonly Interceptor[];
}
export declare class TtrpcClient implements AsyncDisposable {
  #private;
  readonly closed: Promise<TtrpcError | undefined>;
  static over(stream: Duplex, options?: TtrpcClientOptions): TtrpcClient;
  private constructor();
  service<Service extends ServiceDescriptor>(descriptor: Service): ServiceClient<Service>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  unref(): this;
  ref(): this;
}
interface ConnectOptions extends TtrpcClientOptions {
  readonly signal?: AbortSignal;
}
export declare function connect(target: string | NetConnectOpts, options?: ConnectOptions): Promise<TtrpcClient>;
export declare function inProcess<Service extends ServiceDescriptor>(descriptor: Service, handlers: ServiceHandlers<Service>, options?: {
  readonly interceptors?: readonly Interceptor[];
}): ServiceClient<Service>;
interface ServerErrorContext {
  readonly service?: string;
  readonly method?: string;
}
interface TtrpcServerOptions {
  readonly maxConcurrentCalls?: number;
  readonly maxPendingBytes?: number;
  readonly maxUnreadBytes?: number;
  readonly maxStallMs?: number;
  readonly authorize?: (socket: Socket) => boolean | Promise<boolean>;
  readonly interceptors?: readonly Interceptor[];
  readonly onError?: (error: unknown, context: ServerErrorContext) => void;
}
export declare class TtrpcServer implements AsyncDisposable {
  #private;
  constructor(options?: TtrpcServerOptions);
  handle<Service extends ServiceDescriptor>(descriptor: Service, handlers: ServiceHandlers<Service>): this;
  listen(target: string | {
    readonly fd: number;
  } | ListenOptions): Promise<void>;
  accept(stream: Duplex): void;
  shutdown(options?: {
    readonly signal?: AbortSignal;
  }): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
export type { CallContext, CallName, CallNext, ClientMethod, ConnectOptions, InterceptedCall, Interceptor, MessageCodec, MessageInit, MessageOf, MessageSource, MessageStream, Metadata, MethodDescriptor, MethodHandler, PartialMessage, ReservedName, ServerErrorContext, ServiceClient, ServiceDescriptor, ServiceHandlers, StatusDetail, StatusName, TtrpcCallOptions, TtrpcClientOptions, TtrpcErrorCode, TtrpcErrorOptions, TtrpcServerOptions };
// protobuf-es
import { DescMessage, DescMethod, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
interface MessageCodec<Message = unknown> {
  encode(message: Message): {
    finish(): Uint8Array;
  };
  decode(bytes: Uint8Array): Message;
  fromPartial(partial: never): Message;
}
export interface SchemaCodec<Schema extends DescMessage> extends MessageCodec<MessageShape<Schema>> {
  fromPartial(partial: MessageInitShape<Schema>): MessageShape<Schema>;
}
export interface SchemaMethod<Method extends Pick<DescMethod, 'input' | 'output' | 'methodKind'>> {
  readonly name: string;
  readonly requestType: SchemaCodec<Method['input']>;
  readonly requestStream: Method['methodKind'] extends 'client_streaming' | 'bidi_streaming' ? true : false;
  readonly responseType: SchemaCodec<Method['output']>;
  readonly responseStream: Method['methodKind'] extends 'server_streaming' | 'bidi_streaming' ? true : false;
}
export interface SchemaService<Service extends Pick<DescService, 'method'>> {
  readonly name: string;
  readonly fullName: string;
  readonly methods: { readonly [Name in keyof Service['method']]: SchemaMethod<Service['method'][Name]>; };
}
export declare function descriptorOf<Service extends Pick<DescService, 'name' | 'typeName' | 'method'>>(service: Service): SchemaService<Service>;
export {};
// ts-proto
import { Duplex } from "node:stream";
declare const statusNames: readonly ['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'];
type StatusName = (typeof statusNames)[number];
type TtrpcErrorCode = 'ERR_TTRPC_STATUS' | 'ERR_TTRPC_CLOSED' | 'ERR_TTRPC_PROTOCOL' | 'ERR_TTRPC_TOO_LARGE' | 'ERR_TTRPC_QUEUE_FULL' | 'ERR_TTRPC_EXHAUSTED' | 'ERR_TTRPC_UNREACHABLE' | 'ERR_TTRPC_LISTEN' | 'ERR_TTRPC_ARGUMENT';
interface StatusDetail {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}
interface TtrpcErrorOptions extends ErrorOptions {
  readonly status?: StatusName;
  readonly details?: readonly StatusDetail[];
}
declare class TtrpcError extends Error {
  readonly code: TtrpcErrorCode;
  readonly status: StatusName | undefined;
  readonly details: readonly StatusDetail[];
  constructor(code: TtrpcErrorCode, message: string, options?: TtrpcErrorOptions);
  static status(status: StatusName, message: string, options?: Omit<TtrpcErrorOptions, 'status'>): TtrpcError;
  static from(reason: unknown): TtrpcError;
}
declare const RESERVED: readonly ['constructor', 'then', 'toJSON', 'toString', 'valueOf'];
type ReservedName = (typeof RESERVED)[number];
type CallName<Name> = Name extends ReservedName ? `${Name}$` : Name;
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
  readonly requestStream: boolean;
  readonly responseType: MessageCodec<any>;
  readonly responseStream: boolean;
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
} ? IsExact<Init> extends true ? PartialMessage<MessageOf<Codec>> : Init : never;
type MessageOf<Codec> = Codec extends {
  decode(bytes: Uint8Array): infer Message;
} ? Message : never;
type IsExact<Init> = string extends keyof Init ? Init extends {
  readonly [field: string]: never;
} ? true : false : false;
type PartialMessage<Message> = Message extends Scalar ? Message : Message extends {
  toNumber(): number;
} ? Message | number | string : Message extends readonly (infer Item)[] ? readonly PartialMessage<Item>[] : Message extends {
  readonly $case: string;
} ? { [Field in keyof Omit<Message, '$case'>]?: PartialMessage<Message[Field]>; } & {
  $case: Message['$case'];
} : { [Field in keyof Message]?: PartialMessage<Message[Field]> | undefined; };
type Scalar = string | number | bigint | boolean | symbol | null | undefined | Date | Uint8Array | ReadonlyMap<unknown, unknown> | ((...args: never[]) => unknown);
type Metadata = Readonly<Record<string, readonly string[]>>;
interface TtrpcCallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly metadata?: Metadata;
}
type MessageSource<Message> = AsyncIterable<Message> | Iterable<Message>;
interface MessageStream<Message> extends AsyncIterableIterator<Message>, AsyncDisposable {
  next(): Promise<IteratorResult<Message, undefined>>;
  return(): Promise<IteratorResult<Message, undefined>>;
  [Symbol.asyncIterator](): MessageStream<Message>;
}
type ServiceClient<Service extends ServiceDescriptor> = { readonly [Method in keyof Service['methods'] as CallName<Method>]: ClientMethod<Service['methods'][Method]>; };
type ClientMethod<Method extends MethodDescriptor> = (request: Method['requestStream'] extends true ? MessageSource<MessageInit<Method['requestType']>> : MessageInit<Method['requestType']>, options?: TtrpcCallOptions) => Method['responseStream'] extends true ? MessageStream<MessageOf<Method['responseType']>> : Promise<MessageOf<Method['responseType']>>;
interface InterceptedCall {
  readonly service: string;
  readonly method: MethodDescriptor;
  readonly request: unknown;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  readonly metadata: Metadata;
}
type CallNext = (call: InterceptedCall) => Promise<unknown>;
type Interceptor = (next: CallNext) => CallNext;
interface TtrpcClientOptions {
  readonly maxPendingBytes?: number;
  readonly maxUnreadBytes?: number;
  readonly interceptors?: readonly Interceptor[];
}
declare class TtrpcClient implements AsyncDisposable {
  #private;
  readonly closed: Promise<TtrpcError | undefined>;
  static over(stream: Duplex, options?: TtrpcClientOptions): TtrpcClient;
  private constructor();
  service<Service extends ServiceDescriptor>(descriptor: Service): ServiceClient<Service>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  unref(): this;
  ref(): this;
}
export interface TsProtoRpc {
  request(service: string, method: string, data: Uint8Array): Promise<Uint8Array>;
  clientStreamingRequest(service: string, method: string, data: AsyncIterable<Uint8Array>): Promise<Uint8Array>;
  serverStreamingRequest(service: string, method: string, data: Uint8Array): MessageStream<Uint8Array>;
  bidirectionalStreamingRequest(service: string, method: string, data: AsyncIterable<Uint8Array>): MessageStream<Uint8Array>;
}
export interface TsProtoMethod {
  readonly requestType: MessageCodec<any>;
  readonly requestStream?: boolean;
  readonly responseType: MessageCodec<any>;
  readonly responseStream?: boolean;
}
export interface TsProtoService<Methods extends Readonly<Record<string, TsProtoMethod>>> {
  readonly name: string;
  readonly fullName: string;
  readonly methods: { readonly [Name in keyof Methods]: {
    readonly name: string;
    readonly requestType: Methods[Name]['requestType'];
    readonly requestStream: Methods[Name]['requestStream'] extends true ? true : false;
    readonly responseType: Methods[Name]['responseType'];
    readonly responseStream: Methods[Name]['responseStream'] extends true ? true : false;
  }; };
}
export declare function rpcOf(client: Pick<TtrpcClient, 'service'>, options?: TtrpcCallOptions): TsProtoRpc;
export declare function descriptorOf<const Methods extends Readonly<Record<string, TsProtoMethod>>>(fullName: string, methods: Methods): TsProtoService<Methods>;
export {};
