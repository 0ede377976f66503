import { TtrpcError } from './errors.ts';
import type { MessageCodec, Metadata, MethodDescriptor, ServiceDescriptor } from './types.ts';

/** The longest delay a timer can have: 24 days. */
export const MAX_DELAY_MS: number = 2 ** 31 - 1;

/** @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for a signal that is none, and a deadline or metadata that cannot be sent. */
export function checkCallOptions(options: {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly metadata?: Metadata | undefined;
}): void {
  checkSignal(options);
  const { timeoutMs, metadata } = options;
  if (timeoutMs !== undefined && (typeof timeoutMs !== 'number' || Number.isNaN(timeoutMs))) {
    throw wrong(`timeoutMs must be a number of milliseconds, not ${shown(timeoutMs)}`);
  }
  if (metadata !== undefined) checkMetadata(metadata);
}

/**
 * Looks at options that may hold a signal. It is told by its shape, since that of another realm is as good.
 *
 * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for options that are none, or a signal that is none.
 */
export function checkSignal(options: { readonly signal?: AbortSignal | undefined }): void {
  checkOptions(options);
  const { signal } = options;
  if (signal === undefined) return;
  if (typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function') return;
  throw wrong(`signal must be an AbortSignal, not ${shown(signal)}`);
}

/** @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for options that are none. */
export function checkOptions(options: object): void {
  if (typeof options === 'object' && options !== null) return;
  throw wrong(`the options must be an object, not ${shown(options)}`);
}

/**
 * The target of a connection or a listener, as `node:net` takes it.
 *
 * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for what is neither a path nor options.
 */
export function targetOptions<Options extends object>(
  target: string | Options,
): Options | { readonly path: string } {
  if (typeof target === 'string' && target !== '') return { path: target };
  if (typeof target === 'object' && target !== null) return target;
  throw wrong(`the target must be the path of a socket, or options of node:net, not ${shown(target)}`);
}

function checkMetadata(metadata: Metadata): void {
  // A Map, or Headers, hold their entries where none of them is seen here.
  if (typeof metadata !== 'object' || metadata === null || Symbol.iterator in metadata) {
    throw wrong(`metadata must be an object, not ${shown(metadata)}`);
  }
  for (const [name, values] of Object.entries<unknown>(metadata)) {
    if (Array.isArray(values) && values.every((value) => typeof value === 'string')) continue;
    throw wrong(`the metadata "${name}" must be an array of strings, not ${shown(values)}`);
  }
}

/**
 * A limit, or what it is when it is not given.
 *
 * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for one that is no whole number from 1 to `most`.
 */
export function limit(
  name: string,
  given: number | undefined,
  otherwise: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const value = given === undefined ? otherwise : given;
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  throw wrong(`${name} must be a whole number from 1 to ${most}, not ${shown(value)}`);
}

/**
 * A function, or undefined when none was given.
 *
 * @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for anything else.
 */
export function optionalFunction<Value>(name: string, given: Value): Value {
  if (given === undefined || typeof given === 'function') return given;
  throw wrong(`${name} must be a function, not ${shown(given)}`);
}

/** @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for what describes no service, or two methods of one name. */
export function checkDescriptor(descriptor: ServiceDescriptor): void {
  const { fullName, methods } = Object(descriptor) as Partial<ServiceDescriptor>;
  if (typeof fullName !== 'string' || typeof methods !== 'object' || methods === null)
    throw wrong('a service needs a descriptor, with its fullName and its methods');
  const names = new Set<string>();
  for (const [key, method] of Object.entries(methods)) {
    const { name, requestType, responseType } = Object(method) as Partial<MethodDescriptor>;
    if (typeof name !== 'string' || !isCodec(requestType) || !isCodec(responseType))
      throw wrong(`the method ${key} needs a name, a requestType and a responseType`);
    if (names.has(name)) throw wrong(`two methods of ${fullName} have the name ${name}`);
    names.add(name);
  }
}

function isCodec(value: unknown): boolean {
  const { encode, decode, fromPartial } = Object(value) as Partial<MessageCodec>;
  return [encode, decode, fromPartial].every((one) => typeof one === 'function');
}

/** Whether Node refuses an argument, which is no failure of the system. */
export function isRefused(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' && /^ERR_(?:INVALID_|MISSING_ARGS|OUT_OF_RANGE|SOCKET_BAD_PORT)/.test(code);
}

/** The error for an argument that is not what it has to be. */
export function wrong(message: string, options?: ErrorOptions): TtrpcError {
  return new TtrpcError('ERR_TTRPC_ARGUMENT', message, options);
}

/** A value as a message shows it, which is short. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
