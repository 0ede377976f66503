import { checkDescriptor } from '../arguments.ts';
import { TtrpcError } from '../errors.ts';
import { type CallNext, type Interceptor, intercepted } from '../interceptor.ts';
import type { MethodDescriptor, ServiceDescriptor, ServiceHandlers } from '../types.ts';
import { type AnyHandler, checkHandlers, handlerOf } from './handler-of.ts';

/** A handler with the codecs of its method. */
export interface Method {
  readonly descriptor: MethodDescriptor;
  readonly handler: AnyHandler;
}

/** The methods that a server answers, by their names on the wire. */
export class ServiceTable {
  readonly #services = new Map<string, ReadonlyMap<string, Method>>();
  readonly #interceptors: readonly Interceptor[];

  constructor(interceptors: readonly Interceptor[]) {
    this.#interceptors = interceptors;
  }

  /** Adds a service, or replaces the one of the same name. */
  add<Service extends ServiceDescriptor>(descriptor: Service, handlers: ServiceHandlers<Service>): void {
    checkDescriptor(descriptor);
    const methods = methodsOf(descriptor, handlers, this.#interceptors);
    this.#services.set(descriptor.fullName, new Map(methods.map((one) => [one.descriptor.name, one])));
  }

  /** @throws {TtrpcError} `UNIMPLEMENTED`, in the words of containerd's ttrpc. */
  find(service: string, method: string): Method {
    const methods = this.#services.get(service);
    if (!methods) throw TtrpcError.status('UNIMPLEMENTED', `service ${service}`);
    const found = methods.get(method);
    if (!found) throw TtrpcError.status('UNIMPLEMENTED', `method ${method}`);
    return found;
  }
}

/** The methods that there are handlers for. */
function methodsOf(
  { fullName, methods }: ServiceDescriptor,
  handlers: unknown,
  interceptors: readonly Interceptor[],
): Method[] {
  checkHandlers(handlers);
  return Object.entries(methods).flatMap(([name, descriptor]) => {
    const handler = handlerOf(handlers, name);
    return handler
      ? [{ descriptor, handler: interceptedHandler(fullName, descriptor, handler, interceptors) }]
      : [];
  });
}

/** The handler with the interceptors around it. */
export function interceptedHandler(
  service: string,
  method: MethodDescriptor,
  handler: AnyHandler,
  interceptors: readonly Interceptor[],
): AnyHandler {
  const last: CallNext = async ({ request, signal, timeoutMs, metadata }) =>
    handler(request, { signal: signal as AbortSignal, timeoutMs, metadata });
  const next = intercepted(interceptors, last);
  if (!next) return handler;
  return (request, { signal, timeoutMs, metadata }) =>
    next({ service, method, request, signal, timeoutMs, metadata });
}
