import type { TtrpcClient } from './client.ts';
import type { MessageCodec, MessageSource, MessageStream, TtrpcCallOptions } from './types.ts';

/** What the clients that ts-proto generates by default call, with messages as bytes. */
export interface TsProtoRpc {
  /** A call with one request and one response. */
  request(service: string, method: string, data: Uint8Array): Promise<Uint8Array>;
  /** A call with a stream of requests and one response. */
  clientStreamingRequest(
    service: string,
    method: string,
    data: AsyncIterable<Uint8Array>,
  ): Promise<Uint8Array>;
  /** A call with one request and a stream of responses. */
  serverStreamingRequest(service: string, method: string, data: Uint8Array): MessageStream<Uint8Array>;
  /** A call with a stream in both directions. */
  bidirectionalStreamingRequest(
    service: string,
    method: string,
    data: AsyncIterable<Uint8Array>,
  ): MessageStream<Uint8Array>;
}

/** One method, as `descriptorOf` takes it. */
export interface TsProtoMethod {
  /** The codec of its request, as ts-proto generates it. */
  // biome-ignore lint/suspicious/noExplicitAny: a codec takes and gives its own message; no other type holds all of them
  readonly requestType: MessageCodec<any>;
  /** Whether the client sends a stream of requests. @default false */
  readonly requestStream?: boolean;
  /** The codec of its response. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly responseType: MessageCodec<any>;
  /** Whether the server sends a stream of responses. @default false */
  readonly responseStream?: boolean;
}

/** What `descriptorOf` makes of a service. */
export interface TsProtoService<Methods extends Readonly<Record<string, TsProtoMethod>>> {
  /** Its name without the package. */
  readonly name: string;
  /** Its name on the wire, with the package. */
  readonly fullName: string;
  /** Its methods, by the names that the client calls them by. */
  readonly methods: {
    readonly [Name in keyof Methods]: {
      readonly name: string;
      readonly requestType: Methods[Name]['requestType'];
      readonly requestStream: Methods[Name]['requestStream'] extends true ? true : false;
      readonly responseType: Methods[Name]['responseType'];
      readonly responseStream: Methods[Name]['responseStream'] extends true ? true : false;
    };
  };
}

/** Bytes as they are: the generated client has the codecs. */
const BYTES: MessageCodec<Uint8Array> = {
  encode: (bytes) => ({ finish: () => bytes }),
  decode: (bytes) => bytes,
  fromPartial: (bytes: Uint8Array) => bytes,
};

/**
 * What `new EchoClientImpl(rpc)` takes, for the code that ts-proto generates by default. Streams take its option
 * `useAsyncIterable=true`.
 *
 * @param options of every call.
 */
export function rpcOf(client: Pick<TtrpcClient, 'service'>, options: TtrpcCallOptions = {}): TsProtoRpc {
  const call =
    (requestStream: boolean, responseStream: boolean) =>
    (fullName: string, name: string, data: unknown): unknown => {
      const types = { requestType: BYTES, requestStream, responseType: BYTES, responseStream };
      const calls = client.service({ name: fullName, fullName, methods: { call: { name, ...types } } });
      return calls.call(data as Uint8Array & MessageSource<Uint8Array>, options);
    };
  return {
    request: call(false, false),
    clientStreamingRequest: call(true, false),
    serverStreamingRequest: call(false, true),
    bidirectionalStreamingRequest: call(true, true),
  } as TsProtoRpc;
}

/**
 * The descriptor of a service from its name and its codecs, for the code that ts-proto generates by default, which has
 * none. With ts-proto's `outputServices=generic-definitions` there is one, and this is not needed.
 *
 * @param fullName for example `EchoServiceName`, which ts-proto generates.
 * @param methods by their names on the wire.
 */
export function descriptorOf<const Methods extends Readonly<Record<string, TsProtoMethod>>>(
  fullName: string,
  methods: Methods,
): TsProtoService<Methods> {
  const described = Object.entries(methods).map(([name, method]) => [
    name,
    { requestStream: false, responseStream: false, ...method, name },
  ]);
  return {
    name: fullName.slice(fullName.lastIndexOf('.') + 1),
    fullName,
    methods: Object.fromEntries(described),
  };
}
