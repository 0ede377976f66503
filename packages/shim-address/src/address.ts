import { ShimAddressError } from './errors.ts';

/** What begins the address of a socket that is a file. */
export const SCHEME = 'unix://';

/** The longest socket path that containerd takes, in bytes; Linux has room for 107. */
const MAX_PATH_BYTES = 106;

/** The parts of an address. */
export interface ParsedAddress {
  /** Whether the socket is a file (`path`), or exists in the kernel only (`abstract`). */
  readonly kind: 'path' | 'abstract';
  /** What `net.connect({ path })` takes: an absolute path, or a name that begins with a NUL. */
  readonly path: string;
}

/**
 * Parses an address as containerd does. `unix://` and an absolute path is a socket file. Anything else is a name in the
 * abstract namespace, which needs Node 22 or later.
 *
 * An abstract name ends with a NUL, because Go adds one. Only a name written as `@name`, which is how Go and systemd
 * write abstract sockets, has none.
 *
 * @throws {ShimAddressError} `ERR_ADDRESS_INVALID` if the value is not a string, is empty or relative, has a scheme other
 * than `unix://`, or holds control characters; `ERR_ADDRESS_TOO_LONG` for a path or name of more than 106 bytes.
 */
export function parseAddress(address: string): ParsedAddress {
  if (typeof address !== 'string') throw notText(address);
  const target = address.startsWith(SCHEME) ? address.slice(SCHEME.length) : undefined;
  const problem = problemOf(address, target);
  if (problem !== undefined) throw invalid(address, problem);
  const name = target ?? address;
  if (Buffer.byteLength(name) > MAX_PATH_BYTES) throw tooLong(address, Buffer.byteLength(name));
  // Go's net package takes "@name" for an abstract name wherever it comes from, so also after "unix://".
  if (name.startsWith('@')) return { kind: 'abstract', path: `\0${name.slice(1)}` };
  return target === undefined ? { kind: 'abstract', path: `\0${address}\0` } : { kind: 'path', path: target };
}

/**
 * Returns what `net.connect({ path })` takes for an address; see {@link ParsedAddress.path}.
 *
 * @throws {ShimAddressError} as {@link parseAddress} does.
 */
export function socketPath(address: string): string {
  return parseAddress(address).path;
}

function problemOf(address: string, target: string | undefined): string | undefined {
  const name = target ?? address;
  if (name === '' || name === '@') return 'names no socket';
  if (!isPlainText(address)) return 'holds a control character or half a character';
  // Whoever writes "unix:/run/x" or "tcp://host" does not mean an abstract socket of that name.
  if (target === undefined && /^[a-z][a-z\d+.-]*:/i.test(address)) return `has a scheme other than ${SCHEME}`;
  if (target !== undefined && !/^[/@]/.test(target)) return `needs an absolute path after ${SCHEME}`;
  return undefined;
}

function isPlainText(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

function invalid(address: string, problem: string): ShimAddressError {
  return new ShimAddressError('ERR_ADDRESS_INVALID', `the address ${shown(address)} ${problem}`, { address });
}

function notText(address: unknown): ShimAddressError {
  return new ShimAddressError(
    'ERR_ADDRESS_INVALID',
    `an address must be a string, not of type ${typeof address}`,
  );
}

function tooLong(address: string, bytes: number): ShimAddressError {
  return new ShimAddressError(
    'ERR_ADDRESS_TOO_LONG',
    `the socket path of ${shown(address)} has ${bytes} bytes, more than ${MAX_PATH_BYTES}; use a shorter directory`,
    { address },
  );
}

/** Quoted, with control characters escaped, and never a megabyte of it. */
function shown(address: string): string {
  return address.length > 200 ? `${JSON.stringify(address.slice(0, 200))}…` : JSON.stringify(address);
}
