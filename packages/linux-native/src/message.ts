import { descriptor, integer } from './argument.ts';
import { native, systemCall } from './library.ts';
import { NativeError } from './native-error.ts';
import { isSystemError } from './system-error.ts';

// asm-generic/socket.h and linux/socket.h
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_PEEK = 0x2;
const MSG_CTRUNC = 0x8;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;

/** The kernel passes 253 descriptors at once, SCM_MAX_FD; musl has room for one less. */
const MAX_DESCRIPTORS = 252;

// One block that holds, on 64 bits: msghdr (name, its length, iovec, their number, control, its length,
// flags; 56 bytes), one iovec (address, length), the data and the control messages.
const MSG_IOV = 16;
const MSG_IOVLEN = 24;
const MSG_CONTROL = 32;
const MSG_CONTROLLEN = 40;
const MSG_FLAGS = 48;
const IOVEC = 64;
const DATA = 128;
const DATA_SIZE = 65536;
const CONTROL = DATA + DATA_SIZE;
// All that the kernel passes at once, so that none is lost track of; and room to spare.
const CONTROL_SIZE = 2048;
// cmsghdr: length (8 bytes, itself included), level, type; then the descriptors, padded to 8 bytes.
const CMSG_HEADER = 16;

const recvmsg = systemCall<[number, bigint, number]>(
  'recvmsg',
  'long recvmsg(int fd, uintptr_t message, int flags)',
);
const sendmsg = systemCall<[number, bigint, number]>(
  'sendmsg',
  'long sendmsg(int fd, uintptr_t message, int flags)',
);

/** What one read from a Unix socket brings. */
export interface Message {
  /** The bytes; none once the peer has closed. On a stream, what was written at once may come in parts. */
  readonly data: Buffer;
  /** The descriptors that came with them, closed on exec and the caller's to close. */
  readonly descriptors: readonly number[];
  /** Whether there were more descriptors than this process could open; those are lost. */
  readonly isCut: boolean;
}

/** What is sent at once. */
export interface OutgoingMessage {
  /** The bytes, up to 65536 of them. A stream takes descriptors along with one byte at least. */
  readonly data: Uint8Array;
  /** Descriptors to send along, up to 252 of them; they stay open here. @default none */
  readonly descriptors?: readonly number[];
}

interface Block {
  readonly address: bigint;
  readonly view: DataView;
  readonly data: Uint8Array;
}

let block: Block | undefined;

/**
 * Returns what waits on the Unix socket `fd`: up to 64 KiB, up to the end of one message with descriptors. It returns
 * undefined while nothing waits, and never blocks.
 *
 * Node must not read from the socket meanwhile (`pauseOnConnect`), because it drops descriptors. See unix(7) and cmsg(3).
 *
 * @param maxBytes the most bytes to read. On a datagram socket the rest is lost.
 * @throws a system error of `recvmsg`: `EBADF`, `ENOTSOCK`, `ECONNRESET`.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function receiveMessage(fd: number, maxBytes: number = DATA_SIZE): Message | undefined {
  return receive(fd, maxBytes, 0);
}

/**
 * Returns the same as `receiveMessage` would, and leaves it on the socket. The descriptors are further copies, and the caller's to close
 * as well. See MSG_PEEK in recv(2).
 *
 * @throws as `receiveMessage` does.
 */
export function peekMessage(fd: number, maxBytes: number = DATA_SIZE): Message | undefined {
  return receive(fd, maxBytes, MSG_PEEK);
}

function receive(fd: number, maxBytes: number, flags: number): Message | undefined {
  const socket = descriptor(fd);
  const size = integer('the most bytes', maxBytes, 1, DATA_SIZE);
  block ??= allocate();
  const { view, data, address } = block;
  prepare(block, size, CONTROL_SIZE);
  const length = unlessWaiting(() => recvmsg([socket, address, MSG_DONTWAIT | MSG_CMSG_CLOEXEC | flags]));
  if (length === undefined) return undefined;
  return {
    data: Buffer.from(data.slice(0, length)),
    descriptors: descriptorsIn(view),
    isCut: (view.getInt32(MSG_FLAGS, true) & MSG_CTRUNC) !== 0,
  };
}

/**
 * Sends bytes and descriptors on the connected Unix socket `fd`. It never blocks. See unix(7) and cmsg(3).
 *
 * @returns how many bytes were sent; the descriptors go with the first of them. Undefined if nothing was sent because the
 *   peer has to read first.
 * @throws a system error of `sendmsg`: `EPIPE` if the peer has closed, `EBADF` for a descriptor that is not open.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function sendMessage(fd: number, { data, descriptors = [] }: OutgoingMessage): number | undefined {
  const socket = descriptor(fd);
  integer('the number of bytes', data.length, 0, DATA_SIZE);
  integer('the number of descriptors', descriptors.length, 0, MAX_DESCRIPTORS);
  for (const each of descriptors) descriptor(each);
  if (data.length === 0 && descriptors.length > 0) {
    throw new NativeError('ERR_NATIVE_ARGUMENT', 'descriptors go along with one byte at least');
  }
  block ??= allocate();
  const { view } = block;
  block.data.set(data);
  prepare(block, data.length, writeDescriptors(view, descriptors));
  return unlessWaiting(() => sendmsg([socket, block?.address ?? 0n, MSG_DONTWAIT | MSG_NOSIGNAL]));
}

// Kept for good: the kernel reads and writes it through addresses, and V8 may move what it owns.
function allocate(): Block {
  const { koffi } = native();
  const pointer = koffi.alloc('uint8_t', CONTROL + CONTROL_SIZE);
  const memory = koffi.view(pointer, CONTROL + CONTROL_SIZE);
  return {
    address: koffi.address(pointer),
    view: new DataView(memory),
    data: new Uint8Array(memory, DATA, DATA_SIZE),
  };
}

function prepare({ address, view }: Block, dataBytes: number, controlBytes: number): void {
  new Uint8Array(view.buffer, 0, DATA).fill(0);
  view.setBigUint64(MSG_IOV, address + BigInt(IOVEC), true);
  view.setBigUint64(MSG_IOVLEN, 1n, true);
  view.setBigUint64(MSG_CONTROL, controlBytes === 0 ? 0n : address + BigInt(CONTROL), true);
  view.setBigUint64(MSG_CONTROLLEN, BigInt(controlBytes), true);
  view.setBigUint64(IOVEC, address + BigInt(DATA), true);
  view.setBigUint64(IOVEC + 8, BigInt(dataBytes), true);
}

function unlessWaiting(call: () => number): number | undefined {
  try {
    return call();
  } catch (error) {
    if (isSystemError(error, 'EAGAIN', 'EINTR')) return undefined;
    throw error;
  }
}

/** @returns how many bytes of control messages there are. */
function writeDescriptors(view: DataView, descriptors: readonly number[]): number {
  if (descriptors.length === 0) return 0;
  const length = CMSG_HEADER + 4 * descriptors.length;
  view.setBigUint64(CONTROL, BigInt(length), true);
  view.setInt32(CONTROL + 8, SOL_SOCKET, true);
  view.setInt32(CONTROL + 12, SCM_RIGHTS, true);
  for (const [index, each] of descriptors.entries()) {
    view.setInt32(CONTROL + CMSG_HEADER + 4 * index, each, true);
  }
  return length;
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
