import { shown, wrong } from '../arguments.ts';
import { callNameOf } from '../call-names.ts';
import type { CallContext } from '../types.ts';

/** What answers a call, whatever its messages are. */
export type AnyHandler = (request: unknown, context: CallContext) => unknown;

/**
 * The handler of a method, bound so that handlers may be the methods of an object; undefined where there is none. What
 * every object has, such as `toString`, is no handler.
 *
 * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for something of that name that is no function.
 */
export function handlerOf(handlers: object, method: string): AnyHandler | undefined {
  return ownHandler(handlers, callNameOf(method)) ?? ownHandler(handlers, method);
}

function ownHandler(handlers: object, name: string): AnyHandler | undefined {
  if (!hasOfItsOwn(handlers, name)) return undefined;
  const handler = (handlers as Readonly<Record<string, unknown>>)[name];
  if (handler === undefined) return undefined;
  if (typeof handler !== 'function')
    throw wrong(`the handler ${name} must be a function, not ${shown(handler)}`);
  return handler.bind(handlers) as AnyHandler;
}

/** @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` unless handlers can be in it. */
export function checkHandlers(handlers: unknown): asserts handlers is object {
  if (typeof handlers === 'object' && handlers !== null) return;
  throw wrong(`handlers must be an object, not ${shown(handlers)}`);
}

/** Whether the object or a class of its own has it; the last prototype is that of all objects, in whatever realm. */
function hasOfItsOwn(object: object, name: string): boolean {
  for (let owner: object | null = object; owner; owner = Object.getPrototypeOf(owner)) {
    const isRoot = owner !== object && Object.getPrototypeOf(owner) === null;
    // A class brings a `constructor`, which nobody wrote as a handler.
    const isOfClass = owner !== object && name === 'constructor';
    if (!isRoot && !isOfClass && Object.hasOwn(owner, name)) return true;
  }
  return false;
}
