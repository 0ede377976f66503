import { NativeError } from './native-error.ts';

const MAX_INT = 0x7fffffff;

/** `value`, an integer from `least` to `most`; else throws `ERR_NATIVE_ARGUMENT` naming `what`. */
export function integer(what: string, value: number, least = 0, most = MAX_INT): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new NativeError(
    'ERR_NATIVE_ARGUMENT',
    `${what} is an integer from ${least} to ${most}, not ${String(value)}`,
  );
}

/** `value` as a process id. Zero and below mean groups of processes to the kernel, and are refused. */
export function processId(value: number): number {
  return integer('a process id', value, 1);
}

/** `value` as a descriptor. */
export function descriptor(value: number): number {
  return integer('a descriptor', value);
}

/** `value` as a path: not empty, and without the NUL at which the kernel would silently stop. */
export function pathOf(what: string, value: string): string {
  if (text(what, value) !== '') return value;
  throw new NativeError('ERR_NATIVE_ARGUMENT', `${what} is empty`);
}

/** `value` as text for the kernel, without a NUL; it may be empty. */
export function text(what: string, value: string): string {
  if (typeof value === 'string' && !value.includes('\0')) return value;
  throw new NativeError('ERR_NATIVE_ARGUMENT', `${what} is no string without NUL: ${JSON.stringify(value)}`);
}
