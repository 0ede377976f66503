import { closeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import {
  type DescriptorWatch,
  duplicateDescriptor,
  isShortage,
  receiveMessage,
  sendMessage,
  watchReadable,
  watchWritable,
} from '@shimwright/linux-native';

/** The version of what is spoken here. */
export const WIRE_VERSION = 1;

/** What is said at once; descriptors go along with it. */
export interface WireMessage {
  /** What it is about. */
  readonly op: string;
  readonly [fact: string]: unknown;
}

/** What a wire tells. */
export interface WireEvents {
  /** Something was said; the descriptors are the receiver's to close. */
  onMessage(message: WireMessage, descriptors: readonly number[]): void;
  /** Something was said whose descriptors are lost: this process had no room for them. */
  onLoss?(message: WireMessage): void;
  /** All that had to wait was sent. */
  onDrain?(): void;
  /** The other side is gone; all that it said was told before. */
  onClose(): void;
}

/** The most that is sent at once, see `sendMessage`. */
const MAX_PART = 65_536;

/** How long is waited when the kernel takes nothing, and does not tell when it does: too many descriptors are on their way. */
const RETRY_MS = 100;

/** The longest text that is taken: no process has that much to be kept, so who sends it is out of order. */
const MAX_TEXT = 16 * 1024 * 1024;

interface Outgoing {
  readonly data: Buffer;
  readonly descriptors: readonly number[];
}

/** The descriptors that came at once: those of one message. */
interface Received {
  readonly descriptors: readonly number[];
  readonly isCut: boolean;
}

/**
 * A connected Unix socket that carries lines of JSON, each with descriptors: the key `fds` says how many. What was sent is safe from
 * the moment it was: also of a process that is killed then, the other side reads it.
 */
export class Wire {
  readonly #fd: number;
  readonly #events: WireEvents;
  // A character may come in two parts.
  readonly #decoder = new StringDecoder('utf8');
  #text = '';
  readonly #received: Received[] = [];
  readonly #outgoing: Outgoing[] = [];
  #watch: DescriptorWatch | undefined;
  #writeEnd: number | undefined;
  #writeWatch: DescriptorWatch | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isShort = false;
  #isClosed = false;

  /** @param fd becomes the wire's own. */
  constructor(fd: number, events: WireEvents) {
    this.#fd = fd;
    this.#events = events;
  }

  /** Tells what is said as it comes. */
  watch(): void {
    if (!this.#isClosed) this.#watch ??= watchReadable(this.#fd, () => this.read());
  }

  /** Tells what is said only when it is asked for. */
  unwatch(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }

  /** Tells all that was said by now. */
  read(): void {
    while (!this.#isClosed) {
      const message = this.#receive();
      if (message === undefined) return;
      const { descriptors, isCut } = message;
      if (isCut || descriptors.length > 0) this.#received.push({ descriptors, isCut });
      this.#text += this.#decoder.write(message.data);
      this.#tellLines();
      if (message.data.length === 0 || this.#text.length > MAX_TEXT) this.#end();
    }
  }

  /**
   * Says something.
   *
   * @returns false where it has to wait until the other side has read.
   * @throws a system error `EMFILE` where it would have to wait, and there is no room for what waits; then it is not said.
   */
  send(message: WireMessage, descriptors: readonly number[] = []): boolean {
    if (this.#isClosed) return true;
    let next: Outgoing | undefined = {
      data: Buffer.from(`${JSON.stringify({ ...message, fds: descriptors.length })}\n`),
      descriptors,
    };
    if (this.#outgoing.length === 0) next = this.#tryNow(next);
    if (next === undefined) return true;
    // Whoever gives a descriptor may close it when this returns.
    this.#outgoing.push({ ...next, descriptors: duplicates(next.descriptors) });
    this.#waitToWrite();
    return false;
  }

  /** Ends it; nothing is told any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.unwatch();
    this.#writeWatch?.close();
    clearTimeout(this.#retry);
    for (const { descriptors } of [...this.#outgoing.splice(0), ...this.#received.splice(0)]) {
      closeAll(descriptors);
    }
    closeAll(this.#writeEnd === undefined ? [this.#fd] : [this.#fd, this.#writeEnd]);
  }

  #receive(): ReturnType<typeof receiveMessage> {
    try {
      return receiveMessage(this.#fd);
    } catch {
      return { data: Buffer.alloc(0), descriptors: [], isCut: false }; // the other side was killed
    }
  }

  #tellLines(): void {
    const lines = this.#text.split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) {
      const { fds, ...message } = JSON.parse(line) as WireMessage & { readonly fds: number };
      this.#tell(message, fds > 0 ? this.#received.shift() : undefined);
    }
  }

  #tell(message: WireMessage, { descriptors, isCut }: Received = { descriptors: [], isCut: false }): void {
    if (isCut) {
      closeAll(descriptors);
      this.#events.onLoss?.(message);
    } else {
      this.#events.onMessage(message, descriptors);
    }
  }

  #flush(): void {
    for (let next = this.#outgoing[0]; next; next = this.#outgoing[0]) {
      const rest = this.#tryNow(next);
      if (this.#isClosed) return;
      if (rest?.descriptors !== next.descriptors) closeAll(next.descriptors);
      if (rest === undefined) this.#outgoing.shift();
      else this.#outgoing[0] = rest;
      if (rest === next) break;
    }
    this.#waitToWrite();
    if (this.#outgoing.length === 0) this.#events.onDrain?.();
  }

  /** Sends what can be now. @returns what could not. */
  #tryNow(next: Outgoing): Outgoing | undefined {
    this.#isShort = false;
    try {
      const data = next.data.subarray(0, MAX_PART);
      const sent = sendMessage(this.#fd, { data, descriptors: next.descriptors });
      if (sent === undefined) return next;
      return sent < next.data.length ? { data: next.data.subarray(sent), descriptors: [] } : undefined;
    } catch (error) {
      // Without root, no more of a user's may be on their way than a process may have open.
      this.#isShort = isShortage(error);
      if (this.#isShort) return next;
      this.#end(); // nobody reads any more
      return undefined;
    }
  }

  #waitToWrite(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (this.#isClosed) return;
    if (this.#outgoing.length > 0 && !this.#isShort && this.#watchWritable()) return;
    this.#writeWatch?.close();
    this.#writeWatch = undefined;
    if (this.#outgoing.length > 0) this.#retry = setTimeout(() => this.#flush(), RETRY_MS);
  }

  #watchWritable(): boolean {
    try {
      // A descriptor can be watched once.
      this.#writeEnd ??= duplicateDescriptor(this.#fd);
      this.#writeWatch ??= watchWritable(this.#writeEnd, () => this.#flush());
      return true;
    } catch {
      return false; // there is no descriptor left for it
    }
  }

  #end(): void {
    if (this.#isClosed) return;
    this.close();
    this.#events.onClose();
  }
}

/** Duplicates of all, or of none. */
function duplicates(descriptors: readonly number[]): readonly number[] {
  const made: number[] = [];
  try {
    for (const fd of descriptors) made.push(duplicateDescriptor(fd));
    return made;
  } catch (error) {
    closeAll(made);
    throw error;
  }
}

function closeAll(descriptors: readonly number[]): void {
  for (const fd of descriptors) closeSync(fd);
}
