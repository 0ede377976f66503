import { closeSync } from 'node:fs';
import { descriptor } from './argument.ts';
import { native, systemCall } from './library.ts';
import { NativeError } from './native-error.ts';
import { isSystemError } from './system-error.ts';

// asm-generic/socket.h and linux/socket.h
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_CTRUNC = 0x8;
const MSG_DONTWAIT = 0x40;
const MSG_CMSG_CLOEXEC = 0x40000000;

// One block that holds, on 64 bits: msghdr (name, its length, iovec, their number, control, its length,
// flags; 56 bytes), one iovec (address, length), the data and the control messages.
const MSG_IOV = 16;
const MSG_IOVLEN = 24;
const MSG_CONTROL = 32;
const MSG_CONTROLLEN = 40;
const MSG_FLAGS = 48;
const IOVEC = 64;
const DATA = 128;
const DATA_SIZE = 4096;
const CONTROL = DATA + DATA_SIZE;
// The most that the kernel passes at once (SCM_MAX_FD, 253), so that none is lost track of; and room to spare.
const CONTROL_SIZE = 2048;
// cmsghdr: length (8 bytes, itself included), level, type; then the descriptors, padded to 8 bytes.
const CMSG_HEADER = 16;

const recvmsg = systemCall<[number, bigint, number]>(
  'recvmsg',
  'long recvmsg(int fd, uintptr_t message, int flags)',
);

interface Block {
  readonly address: bigint;
  readonly view: DataView;
}

let block: Block | undefined;

/**
 * The descriptor that one message on the Unix socket `fd` brings, such as the terminal that `runc create
 * --console-socket` sends; undefined while there is no message. Never blocks; exactly one message, and none
 * of what follows, is read. The descriptor is closed on exec and the caller's to close.
 *
 * Node must not read from the socket meanwhile (`pauseOnConnect`): it drops descriptors. See unix(7) and
 * cmsg(3).
 *
 * @throws {NativeError} `ERR_NATIVE_DESCRIPTOR` when the peer has closed, or its message has no descriptor,
 *   several or more than could be opened; those that came are closed.
 * @throws a system error of `recvmsg`: `EBADF`, `ENOTSOCK`, `ECONNRESET`.
 */
export function receiveDescriptor(fd: number): number | undefined {
  const socket = descriptor(fd);
  block ??= allocate();
  prepare(block);
  const bytes = receive(socket, block);
  if (bytes === undefined) return undefined;
  const received = descriptorsIn(block.view);
  const [first] = received;
  const isCut = (block.view.getInt32(MSG_FLAGS, true) & MSG_CTRUNC) !== 0;
  if (first !== undefined && received.length === 1 && !isCut) return first;
  for (const each of received) closeSync(each);
  throw new NativeError('ERR_NATIVE_DESCRIPTOR', reason(bytes, received.length, isCut));
}

function reason(bytes: number, count: number, isCut: boolean): string {
  if (isCut) return 'the message has descriptors that this process could not open';
  if (count > 1) return `the message has ${count} descriptors instead of one`;
  return bytes === 0 ? 'the peer closed and sent no descriptor' : 'the message has no descriptor';
}

// Kept for good: the kernel writes to it through addresses, and V8 may move what it owns.
function allocate(): Block {
  const { koffi } = native();
  const pointer = koffi.alloc('uint8_t', CONTROL + CONTROL_SIZE);
  const view = new DataView(koffi.view(pointer, CONTROL + CONTROL_SIZE));
  return { address: koffi.address(pointer), view };
}

function prepare({ address, view }: Block): void {
  new Uint8Array(view.buffer, 0, DATA).fill(0);
  view.setBigUint64(MSG_IOV, address + BigInt(IOVEC), true);
  view.setBigUint64(MSG_IOVLEN, 1n, true);
  view.setBigUint64(MSG_CONTROL, address + BigInt(CONTROL), true);
  view.setBigUint64(MSG_CONTROLLEN, BigInt(CONTROL_SIZE), true);
  view.setBigUint64(IOVEC, address + BigInt(DATA), true);
  view.setBigUint64(IOVEC + 8, BigInt(DATA_SIZE), true);
}

function receive(fd: number, { address }: Block): number | undefined {
  try {
    return recvmsg([fd, address, MSG_DONTWAIT | MSG_CMSG_CLOEXEC]);
  } catch (error) {
    if (isSystemError(error, 'EAGAIN', 'EINTR')) return undefined;
    throw error;
  }
}

function descriptorsIn(view: DataView): readonly number[] {
  const found: number[] = [];
  const end = CONTROL + Number(view.getBigUint64(MSG_CONTROLLEN, true));
  for (let at = CONTROL; at + CMSG_HEADER <= end; ) {
    const length = Number(view.getBigUint64(at, true));
    if (length < CMSG_HEADER) break; // the kernel never says so; this loop must end all the same
    const isRights =
      view.getInt32(at + 8, true) === SOL_SOCKET && view.getInt32(at + 12, true) === SCM_RIGHTS;
    for (let each = at + CMSG_HEADER; isRights && each + 4 <= at + length; each += 4) {
      found.push(view.getInt32(each, true));
    }
    at += Math.ceil(length / 8) * 8;
  }
  return found;
}
