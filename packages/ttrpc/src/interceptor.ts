import { wrong } from './arguments.ts';
import type { Metadata, MethodDescriptor } from './types.ts';

/** A call on its way, as an interceptor sees it. */
export interface InterceptedCall {
  /** The name of the service on the wire. */
  readonly service: string;
  /** What the service says of the method; its `name` is that on the wire. */
  readonly method: MethodDescriptor;
  /** The request; an iterable of them where the method takes a stream. */
  readonly request: unknown;
  /** Of the client, that of the caller, if any; of the server, that of the handler's context. */
  readonly signal: AbortSignal | undefined;
  /** How long the caller waits; undefined for no limit. */
  readonly timeoutMs: number | undefined;
  /** What is, or was, sent with the request. */
  readonly metadata: Metadata;
}

/** Carries out the call, and returns the response, or an iterable of responses for a method that streams them. */
export type CallNext = (call: InterceptedCall) => Promise<unknown>;

/**
 * What is done around each call, on either side: it may look at the call and pass on another one, wait, answer
 * or fail instead, and look at the response. The first of a list is the outermost.
 *
 * ```js
 * const timed = (next) => async (call) => {
 *   const start = performance.now();
 *   try {
 *     return await next(call);
 *   } finally {
 *     console.log(call.method.name, performance.now() - start);
 *   }
 * };
 * ```
 */
export type Interceptor = (next: CallNext) => CallNext;

/** All of them around `last`; undefined when there are none, so that a call need not be wrapped. */
export function intercepted(interceptors: readonly Interceptor[], last: CallNext): CallNext | undefined {
  if (interceptors.length === 0) return undefined;
  return interceptors.reduceRight((next, interceptor) => interceptor(next), last);
}

/** @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` unless they are functions. */
export function checkInterceptors(interceptors: readonly Interceptor[] = []): readonly Interceptor[] {
  if (Array.isArray(interceptors) && interceptors.every((one) => typeof one === 'function')) {
    return [...interceptors];
  }
  throw wrong('interceptors must be an array of functions');
}
