import { clearTimeout } from 'node:timers';
import { checkCallOptions, checkDescriptor, checkOptions } from './arguments.ts';
import { Call } from './call.ts';
import { callNameOf } from './call-names.ts';
import { startDeadline } from './deadline.ts';
import { DeferredStream } from './deferred-stream.ts';
import { TtrpcError } from './errors.ts';
import { checkInterceptors, type Interceptor } from './interceptor.ts';
import { mapped, Relay } from './relay.ts';
import { type AnyHandler, checkHandlers, handlerOf } from './server/handler-of.ts';
import { interceptedHandler } from './server/service-table.ts';
import type {
  CallContext,
  MethodDescriptor,
  ServiceClient,
  ServiceDescriptor,
  ServiceHandlers,
  TtrpcCallOptions,
} from './types.ts';

/**
 * Calls these handlers within this process. Nothing is serialized and there is no connection, but everything else is
 * as with one: missing fields are filled in, errors have a status, and deadlines and signals end a call.
 *
 * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for a handler that is not a function, or an invalid descriptor.
 */
export function inProcess<Service extends ServiceDescriptor>(
  descriptor: Service,
  handlers: ServiceHandlers<Service>,
  options: { readonly interceptors?: readonly Interceptor[] } = {},
): ServiceClient<Service> {
  checkDescriptor(descriptor);
  checkHandlers(handlers);
  checkOptions(options);
  const interceptors = checkInterceptors(options.interceptors);
  const calls = Object.entries(descriptor.methods).map(([name, method]) => {
    const handler = handlerOf(handlers, name) ?? unimplemented(method.name);
    const wrapped = interceptedHandler(descriptor.fullName, method, handler, interceptors);
    return [callNameOf(name), localMethod(method, wrapped)];
  });
  return Object.fromEntries(calls);
}

function localMethod(method: MethodDescriptor, handler: AnyHandler) {
  return (request: unknown, options: TtrpcCallOptions = {}) => {
    const response = new LocalCall(method, options).perform(handler, request);
    return method.responseStream ? new DeferredStream(response) : response;
  };
}

function unimplemented(name: string): AnyHandler {
  return () => {
    throw TtrpcError.status('UNIMPLEMENTED', `method ${name}`);
  };
}

/** One call, from its beginning until its response is there, or the stream of them is over. */
class LocalCall {
  readonly #method: MethodDescriptor;
  readonly #options: TtrpcCallOptions;
  readonly #ended = Promise.withResolvers<never>();
  readonly #onAbort = () => this.#end(this.#options.signal?.reason);
  #call: Call | undefined;
  #timer: NodeJS.Timeout | undefined;
  #requests: Relay<unknown> | undefined;
  #responses: Relay<unknown> | undefined;

  constructor(method: MethodDescriptor, options: TtrpcCallOptions) {
    this.#method = method;
    this.#options = options;
    this.#ended.promise.catch(() => {}); // told where somebody waits
  }

  async perform(handler: AnyHandler, request: unknown): Promise<unknown> {
    checkCallOptions(this.#options);
    const { signal, timeoutMs, metadata = {} } = this.#options;
    signal?.throwIfAborted();
    const call = new Call(timeoutMs, metadata);
    this.#call = call;
    const message = this.#request(request);
    this.#timer = startDeadline(timeoutMs, (error) => this.#end(error));
    signal?.addEventListener('abort', this.#onAbort);
    try {
      const response = await Promise.race([this.#answer(handler, message, call), this.#ended.promise]);
      if (!this.#method.responseStream) this.#settle();
      return response;
    } catch (error) {
      this.#settle();
      throw error;
    }
  }

  #request(request: unknown): unknown {
    const { requestStream, requestType } = this.#method;
    const filledIn = (message: unknown) => requestType.fromPartial(message as never);
    if (!requestStream) return filledIn(request);
    const failed = (error: unknown) => {
      this.#end(error);
      return error;
    };
    this.#requests = new Relay(mapped(request, filledIn, failed));
    return this.#requests;
  }

  async #answer(handler: AnyHandler, message: unknown, context: CallContext): Promise<unknown> {
    const { responseStream, responseType } = this.#method;
    const filledIn = (response: unknown) => responseType.fromPartial(response as never);
    try {
      const response = await handler(message, context);
      if (!responseStream) return filledIn(response);
      const responses = mapped(response, filledIn, TtrpcError.from);
      this.#responses = new Relay(responses, (isComplete) => this.#left(isComplete));
      if (this.#call?.aborted) this.#responses.abort(this.#call.reason);
      return this.#responses;
    } catch (error) {
      throw TtrpcError.from(error);
    }
  }

  /** The caller has all responses, or wants no more of them. */
  #left(isComplete: boolean): void {
    if (!isComplete) this.#call?.abort(TtrpcError.status('CANCELLED', 'the caller reads no further'));
    this.#settle();
  }

  #end(reason: unknown): void {
    this.#call?.abort(reason);
    this.#requests?.abort(reason);
    this.#responses?.abort(reason);
    this.#ended.reject(reason);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    void this.#requests?.return();
  }
}
