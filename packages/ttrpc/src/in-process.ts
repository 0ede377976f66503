import { Call } from './call.ts';
import { startDeadline } from './deadline.ts';
import { TtrpcError } from './errors.ts';
import type {
  CallOptions,
  MethodDescriptor,
  ServiceClient,
  ServiceDescriptor,
  ServiceHandlers,
} from './types.ts';

/**
 * The calls of a service, answered by these handlers in this process: nothing is serialized and there is
 * no connection, but all else is as if there were: fields that are left out are filled in, errors have a
 * status, deadlines and signals end a call.
 */
export function inProcess<Service extends ServiceDescriptor>(
  descriptor: Service,
  handlers: ServiceHandlers<Service>,
): ServiceClient<Service> {
  const calls = Object.entries(descriptor.methods).map(([name, method]) => {
    const handler = (handlers as Readonly<Record<string, Handler | undefined>>)[name]?.bind(handlers);
    return [name, (request: never, options?: CallOptions) => perform(method, handler, request, options)];
  });
  return Object.fromEntries(calls);
}

type Handler = (request: unknown, context: Call) => unknown;

async function perform(
  { name, requestType, responseType }: MethodDescriptor,
  handler: Handler | undefined,
  request: never,
  { signal, timeoutMs, metadata = {} }: CallOptions = {},
): Promise<unknown> {
  signal?.throwIfAborted();
  const call = new Call(timeoutMs, metadata);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (reason: unknown) => {
    call.abort(reason);
    reject(reason);
  };
  const onAbort = () => end(signal?.reason);
  const timer = startDeadline(timeoutMs, end);
  signal?.addEventListener('abort', onAbort);
  try {
    const message = requestType.fromPartial(request);
    const answer = (async () => {
      if (!handler) throw TtrpcError.status('UNIMPLEMENTED', `method ${name}`);
      return responseType.fromPartial((await handler(message, call)) as never);
    })().catch((error: unknown) => {
      throw TtrpcError.from(error);
    });
    return await Promise.race([answer, ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
