import { descriptor } from './argument.ts';
import { systemCall } from './library.ts';
import { NativeError } from './native-error.ts';

// asm-generic/socket.h, which x64 and arm64 share
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const NOBODY = 0xffffffff;

const getsockopt = systemCall<[number, number, number, Buffer, Uint32Array]>(
  'getsockopt',
  'int getsockopt(int fd, int level, int name, void *value, void *length)',
);

/** Who is at the other end of a Unix socket, as of its connecting. */
export interface PeerCredentials {
  /** Its process; 0 when it is in a pid namespace that cannot be seen from here. */
  readonly pid: number;
  /** Its effective user. */
  readonly uid: number;
  /** Its effective group. */
  readonly gid: number;
}

/**
 * Tells who is at the other end of a connected Unix socket. The kernel recorded it when the peer connected (or, seen from
 * the connecting side, when the peer began to listen), so it cannot be forged later. See unix(7).
 *
 * @throws a system error of `getsockopt`: `EBADF`, `ENOTSOCK`.
 * @throws {NativeError} `ERR_NATIVE_NO_PEER` for a socket of another kind or one that is not connected,
 *   `ERR_NATIVE_ARGUMENT`.
 */
export function peerCredentials(fd: number): PeerCredentials {
  const ucred = Buffer.alloc(12); // three ints: pid, uid, gid
  getsockopt([descriptor(fd), SOL_SOCKET, SO_PEERCRED, ucred, Uint32Array.of(ucred.length)]);
  const uid = ucred.readUInt32LE(4);
  if (uid !== NOBODY) return { pid: ucred.readInt32LE(0), uid, gid: ucred.readUInt32LE(8) };
  throw new NativeError('ERR_NATIVE_NO_PEER', `descriptor ${fd} is no connected Unix socket`);
}
