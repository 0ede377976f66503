import { closeSync } from 'node:fs';
import { receiveMessage, sendMessage, systemCall } from '@shimwright/linux-native';

const socketpair = systemCall<[number, number, number, Int32Array]>(
  'socketpair',
  'int socketpair(int domain, int type, int protocol, void *ends)',
);
const setsockopt = systemCall<[number, number, number, Int32Array, number]>(
  'setsockopt',
  'int setsockopt(int fd, int level, int name, void *value, unsigned int size)',
);

// sys/socket.h and asm-generic/socket.h
const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;

/** Room for ten thousand sockets: each takes less than a kilobyte of the kernel's memory. */
const BUFFER_BYTES = 16 * 1024 * 1024;

/** How many sockets that are closed are kept, beyond as many as are open, before they are sorted out. */
const MAX_CLOSED = 16;

const MARK = 'mark';

/** Both ends of a store: what is put into the first waits in the kernel until it is taken from the second. */
export type StoreEnds = readonly [first: number, second: number];

/** Makes the ends of a store. @throws a system error of `socketpair`. */
export function makeStore(): StoreEnds {
  const ends = new Int32Array(2);
  socketpair([AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends]);
  const [first = -1, second = -1] = ends;
  try {
    setsockopt([first, SOL_SOCKET, SO_SNDBUFFORCE, Int32Array.of(BUFFER_BYTES), 4]);
  } catch {
    // Only root may have so much; without it, some hundred fit.
  }
  return [first, second];
}

/** A socket that an earlier process has left. */
export interface StoredSocket {
  readonly id: number;
  readonly descriptor: number;
}

/**
 * Keeps sockets open when this process is killed: copies of their descriptors are on their way from one end of a pair of sockets to
 * the other, and whoever has both ends, though it can do nothing with them, keeps them there. So the keeper can be a shell.
 */
export class SocketStore {
  readonly #ends: StoreEnds;
  readonly #open = new Set<number>();
  #closed = 0;

  constructor(ends: StoreEnds) {
    this.#ends = ends;
  }

  /** Keeps a socket. Without room for it, it is kept by this process alone. */
  add(id: number, descriptor: number): void {
    if (this.#put(id, descriptor)) this.#open.add(id);
  }

  /** Keeps a socket no longer. */
  remove(id: number): void {
    if (!this.#open.delete(id)) return;
    this.#closed += 1;
    if (this.#closed > this.#open.size + MAX_CLOSED) this.#sort();
  }

  /** All that an earlier process has kept; they are kept on. The descriptors are the caller's to close. */
  restore(): StoredSocket[] {
    const found = this.#turn(() => true);
    for (const { id } of found) this.#open.add(id);
    return found;
  }

  #sort(): void {
    for (const { descriptor } of this.#turn((id) => this.#open.has(id))) closeSync(descriptor);
    this.#closed = 0;
  }

  /** Takes each out and puts it back, if it is to stay. The mark tells what was put back; one may be left of a process that was killed. */
  #turn(isKept: (id: number) => boolean): StoredSocket[] {
    const found: StoredSocket[] = [];
    const [first, second] = this.#ends;
    const mark = `${MARK}${process.hrtime.bigint()}`;
    sendMessage(first, { data: Buffer.from(mark) });
    for (let message = receiveMessage(second); message; message = receiveMessage(second)) {
      const text = message.data.toString();
      if (text === mark) break;
      const [descriptor] = message.descriptors;
      if (descriptor === undefined) continue;
      const id = Number(text);
      if (isKept(id) && this.#put(id, descriptor)) found.push({ id, descriptor });
      else closeSync(descriptor);
    }
    return found;
  }

  #put(id: number, descriptor: number): boolean {
    const data = Buffer.from(String(id));
    return sendMessage(this.#ends[0], { data, descriptors: [descriptor] }) !== undefined;
  }
}
