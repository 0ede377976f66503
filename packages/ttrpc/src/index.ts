export type { CallName, ReservedName } from './call-names.ts';
export { TtrpcClient, type TtrpcClientOptions } from './client.ts';
export { type ConnectOptions, connect } from './connect.ts';
export { type StatusDetail, TtrpcError, type TtrpcErrorCode, type TtrpcErrorOptions } from './errors.ts';
export { inProcess } from './in-process.ts';
export type { CallNext, InterceptedCall, Interceptor } from './interceptor.ts';
export { type ServerErrorContext, TtrpcServer, type TtrpcServerOptions } from './server/server.ts';
export { type StatusName, statusNames } from './status.ts';
export type {
  CallContext,
  ClientMethod,
  MessageCodec,
  MessageInit,
  MessageOf,
  MessageSource,
  MessageStream,
  Metadata,
  MethodDescriptor,
  MethodHandler,
  PartialMessage,
  ServiceClient,
  ServiceDescriptor,
  ServiceHandlers,
  TtrpcCallOptions,
} from './types.ts';
