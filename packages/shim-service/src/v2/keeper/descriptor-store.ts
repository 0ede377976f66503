import { closeSync } from 'node:fs';
import {
  hasSpareDescriptors,
  isShortage,
  type Message,
  peekMessage,
  receiveMessage,
  sendMessage,
  systemCall,
} from '@shimwright/linux-native';

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

/** How soon a store is sorted out for which this process has no descriptors just now. */
const RETRY_MS = 1_000;

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

/** Descriptors that an earlier process has left, with what it said of them. */
export interface StoredDescriptors {
  /** What they are known by. */
  readonly key: string;
  /** What else was said. */
  readonly note: unknown;
  readonly descriptors: readonly number[];
}

/** An entry as it is in the store. Of two with one key, the later one counts. */
interface Entry {
  readonly key: string;
  readonly serial: string;
  readonly note?: unknown;
}

/**
 * Keeps descriptors open when this process is killed: copies of them are on their way from one end of a pair of sockets to the
 * other, and whoever has both ends, though it can do nothing with them, keeps them there. So the keeper can be a shell.
 */
export class DescriptorStore {
  readonly #ends: StoreEnds;
  readonly #serials = new Map<string, string>();
  #closed = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(ends: StoreEnds) {
    this.#ends = ends;
  }

  /** Keeps descriptors, which stay this process's own, in the place of what has this key. Without room, this process alone has them. */
  add(key: string, descriptors: readonly number[], note?: unknown): void {
    const isNew = !this.#serials.has(key);
    const entry = { key, serial: String(process.hrtime.bigint()), note };
    if (this.#put(entry, descriptors)) this.#serials.set(key, entry.serial);
    if (!isNew) this.#sort();
  }

  /** Keeps them no longer; when they are closed does not matter. */
  remove(key: string): void {
    if (!this.#serials.delete(key)) return;
    this.#closed += 1;
    if (this.#closed > this.#serials.size + MAX_CLOSED) this.#sort();
  }

  /** Closes them at once: somebody waits for that at the other side. */
  close(key: string): void {
    if (this.#serials.delete(key)) this.#sort();
  }

  /** All that an earlier process has kept; it is kept on. The descriptors are the caller's to close. */
  restore(): StoredDescriptors[] {
    const found = new Map<string, StoredDescriptors>();
    this.#turn(
      () => true,
      ({ key, serial, note }, descriptors) => {
        closeAll(found.get(key));
        found.set(key, { key, note, descriptors });
        this.#serials.set(key, serial);
      },
    );
    return [...found.values()];
  }

  #sort(): void {
    this.#turn(
      ({ key, serial }) => this.#serials.get(key) === serial,
      (_, descriptors) => closeAll({ descriptors }),
    );
    this.#closed = 0;
  }

  /**
   * Puts each that is to stay behind the others, and only then takes it out: of what is there twice, one was put back before a kill. It ends
   * where this process has no room for the descriptors of an entry, which would be lost; then it is done again later.
   */
  #turn(
    isKept: (entry: Entry) => boolean,
    onKept: (entry: Entry, descriptors: readonly number[]) => void,
  ): void {
    const [, second] = this.#ends;
    const keptIn = ({ data }: Message) => {
      const entry = entryIn(data.toString());
      return entry && isKept(entry) ? entry : undefined;
    };
    const settle = (message: Message, entry: Entry | undefined, isBack: boolean) => {
      // A store that was full has room for it now.
      if (entry && (isBack || this.#put(entry, message.descriptors))) onKept(entry, message.descriptors);
      else closeAll(message);
    };
    const mark = `mark ${process.hrtime.bigint()}`;
    const takenOut = this.#putMark(mark);
    for (let message = peekMessage(second); message; message = peekMessage(second)) {
      if (!hasRoomFor(message)) {
        closeAll(message);
        this.#sortLater();
        break;
      }
      const entry = keptIn(message);
      const isBack = entry !== undefined && this.#put(entry, message.descriptors);
      closeAll(receiveMessage(second));
      settle(message, entry, isBack);
      if (message.data.toString() === mark) break;
    }
    for (const message of takenOut) settle(message, keptIn(message), false);
  }

  #sortLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#sort();
    }, RETRY_MS).unref();
  }

  /** Puts what tells the end of a turn behind all else. @returns what had to be taken out for it, of a store that is full. */
  #putMark(mark: string): readonly Message[] {
    const [first, second] = this.#ends;
    const taken: Message[] = [];
    while (sendMessage(first, { data: Buffer.from(mark) }) === undefined) {
      const message = receiveMessage(second);
      if (!message) break;
      taken.push(message);
    }
    return taken;
  }

  #put(entry: Entry, descriptors: readonly number[]): boolean {
    const data = Buffer.from(JSON.stringify(entry));
    try {
      return sendMessage(this.#ends[0], { data, descriptors }) !== undefined;
    } catch (error) {
      // Without root, no more of a user's may be on their way than a process may have open.
      if (isShortage(error)) return false;
      throw error;
    }
  }
}

/** Whether this process can have what came, and once more: it is looked at before it is taken out. */
function hasRoomFor({ descriptors, isCut }: Message): boolean {
  if (isCut) return false;
  return descriptors.length === 0 || hasSpareDescriptors(Math.max(...descriptors), descriptors.length);
}

function closeAll(message: Pick<Message, 'descriptors'> | undefined): void {
  for (const descriptor of message?.descriptors ?? []) closeSync(descriptor);
}

function entryIn(text: string): Entry | undefined {
  try {
    return JSON.parse(text) as Entry;
  } catch {
    return undefined; // a mark
  }
}
