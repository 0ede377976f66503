import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { MessageCodec } from './types.ts';

/** A codec for the messages of a schema of `@bufbuild/protobuf`. */
export interface SchemaCodec<Schema extends DescMessage> extends MessageCodec<MessageShape<Schema>> {
  fromPartial(partial: MessageInitShape<Schema>): MessageShape<Schema>;
}

/** What `descriptorOf` makes of one method. */
export interface SchemaMethod<Method extends Pick<DescMethod, 'input' | 'output' | 'methodKind'>> {
  /** Its name on the wire, such as `SayHello`. */
  readonly name: string;
  /** The codec of its request. */
  readonly requestType: SchemaCodec<Method['input']>;
  /** Whether the client sends a stream of requests. */
  readonly requestStream: Method['methodKind'] extends 'client_streaming' | 'bidi_streaming' ? true : false;
  /** The codec of its response. */
  readonly responseType: SchemaCodec<Method['output']>;
  /** Whether the server sends a stream of responses. */
  readonly responseStream: Method['methodKind'] extends 'server_streaming' | 'bidi_streaming' ? true : false;
}

/** What `descriptorOf` makes of a service. */
export interface SchemaService<Service extends Pick<DescService, 'method'>> {
  /** Its name without the package. */
  readonly name: string;
  /** Its name on the wire, with the package. */
  readonly fullName: string;
  /** Its methods, by the names of the generated code. */
  readonly methods: { readonly [Name in keyof Service['method']]: SchemaMethod<Service['method'][Name]> };
}

/**
 * The descriptor of a service that `protoc-gen-es` has generated, for the client, the server and `inProcess`.
 * Its methods have the names that the generated code gives them, such as `sayHello`.
 */
export function descriptorOf<Service extends Pick<DescService, 'name' | 'typeName' | 'method'>>(
  service: Service,
): SchemaService<Service> {
  const methods = Object.entries(service.method).map(([name, method]) => [name, methodOf(method)]);
  return { name: service.name, fullName: service.typeName, methods: Object.fromEntries(methods) };
}

function methodOf({ name, input, output, methodKind }: DescMethod) {
  return {
    name,
    requestType: codecOf(input),
    requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
    responseType: codecOf(output),
    responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
  };
}

function codecOf<Schema extends DescMessage>(schema: Schema): SchemaCodec<Schema> {
  return {
    encode: (message) => ({ finish: () => toBinary(schema, message) }),
    decode: (bytes) => fromBinary(schema, bytes),
    fromPartial: (partial) => create(schema, partial),
  };
}
