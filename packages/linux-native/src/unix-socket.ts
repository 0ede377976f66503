import { closeSync } from 'node:fs';
import { descriptor, pathOf } from './argument.ts';
import { systemCall } from './library.ts';
import { NativeError } from './native-error.ts';
import { isSystemError } from './system-error.ts';

// asm-generic/socket.h, linux/net.h and linux/un.h, which x64 and arm64 share
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SUN_PATH = 2;
const MAX_PATH_BYTES = 107;
const BACKLOG = 16;

const socket = systemCall<[number, number, number]>(
  'socket',
  'int socket(int domain, int type, int protocol)',
);
const bind = systemCall<[number, Buffer, number]>(
  'bind',
  'int bind(int fd, const void *address, unsigned int length)',
);
const listen = systemCall<[number, number]>('listen', 'int listen(int fd, int backlog)');
const accept = systemCall<[number, null, null, number]>(
  'accept4',
  'int accept4(int fd, void *address, void *length, int flags)',
);

/**
 * Listens on a Unix socket at a path, for a program that does without Node's `net`, which takes a megabyte. `watchReadable` tells
 * when somebody has connected. See unix(7).
 *
 * @returns the descriptor that listens: closed on exec, and the caller's to close. The path stays when it is closed.
 * @throws a system error of `bind` with the `path`: `EADDRINUSE` when anything has that name, `ENOENT`, `EACCES`.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`, also for a path of more than 107 bytes.
 */
export function listenAt(path: string): number {
  const bytes = Buffer.from(pathOf('the path', path));
  if (bytes.length > MAX_PATH_BYTES)
    throw new NativeError('ERR_NATIVE_ARGUMENT', `${path} has more than ${MAX_PATH_BYTES} bytes`);
  const address = Buffer.alloc(SUN_PATH + bytes.length + 1);
  address.writeUInt16LE(AF_UNIX);
  bytes.copy(address, SUN_PATH);
  const fd = socket([AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0]);
  try {
    bind([fd, address, address.length], { path });
    listen([fd, BACKLOG]);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * The next connection to a socket that listens; undefined while there is none. It is closed on exec, and the caller's to close.
 *
 * @throws a system error of `accept4`: `EMFILE`, `EBADF`. @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function acceptConnection(fd: number): number | undefined {
  try {
    return accept([descriptor(fd), null, null, SOCK_CLOEXEC]);
  } catch (error) {
    if (isSystemError(error, 'EAGAIN', 'EINTR', 'ECONNABORTED')) return undefined;
    throw error;
  }
}
