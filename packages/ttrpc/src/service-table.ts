import { TtrpcError } from './errors.ts';
import type { CallContext, MethodDescriptor, ServiceDescriptor, ServiceHandlers } from './types.ts';

/** A handler with the codecs of its method. */
export interface Method {
  readonly descriptor: MethodDescriptor;
  readonly handler: (request: unknown, context: CallContext) => unknown;
}

/** The methods that a server answers, by their names on the wire. */
export class ServiceTable {
  readonly #services = new Map<string, ReadonlyMap<string, Method>>();

  /** Adds a service, or replaces the one of the same name. */
  add<Service extends ServiceDescriptor>(descriptor: Service, handlers: ServiceHandlers<Service>): void {
    this.#services.set(descriptor.fullName, new Map(methodsOf(descriptor, handlers)));
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

function methodsOf<Service extends ServiceDescriptor>(
  descriptor: Service,
  handlers: ServiceHandlers<Service>,
): (readonly [string, Method])[] {
  return Object.entries(descriptor.methods).flatMap(([name, method]) => {
    const handler = (handlers as Readonly<Record<string, Method['handler'] | undefined>>)[name];
    // Bound, so that the handlers may be the methods of an object.
    return handler ? [[method.name, { descriptor: method, handler: handler.bind(handlers) }] as const] : [];
  });
}
