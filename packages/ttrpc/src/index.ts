export { connect, TtrpcClient } from './client.ts';
export { TtrpcError, type TtrpcErrorCode } from './errors.ts';
export { inProcess } from './in-process.ts';
export { TtrpcServer, type TtrpcServerOptions } from './server.ts';
export { type StatusName, statusNames } from './status.ts';
export type {
  CallContext,
  CallOptions,
  MessageCodec,
  MessageInit,
  MessageOf,
  Metadata,
  MethodDescriptor,
  ServiceClient,
  ServiceDescriptor,
  ServiceHandlers,
} from './types.ts';
