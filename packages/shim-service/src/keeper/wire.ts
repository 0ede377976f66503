import { closeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import {
  type DescriptorWatch,
  duplicateDescriptor,
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
  /** The other side is gone; all that it said was told before. */
  onClose(): void;
}

/** The most that is sent at once, see `sendMessage`. */
const MAX_PART = 65_536;

/** The longest text that is taken: no process has that much to be kept, so who sends it is out of order. */
const MAX_TEXT = 16 * 1024 * 1024;

interface Outgoing {
  readonly data: Buffer;
  /** Duplicates, which are closed when they were sent. */
  readonly descriptors: readonly number[];
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
  readonly #received: number[] = [];
  readonly #outgoing: Outgoing[] = [];
  #watch: DescriptorWatch | undefined;
  #writeEnd: number | undefined;
  #writeWatch: DescriptorWatch | undefined;
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
      this.#received.push(...message.descriptors);
      this.#text += this.#decoder.write(message.data);
      this.#tellLines();
      if (message.data.length === 0 || this.#text.length > MAX_TEXT) this.#end();
    }
  }

  /** Says something. @returns false where it has to wait until the other side has read. */
  send(message: WireMessage, descriptors: readonly number[] = []): boolean {
    if (this.#isClosed) return true;
    const data = Buffer.from(`${JSON.stringify({ ...message, fds: descriptors.length })}\n`);
    // Whoever gives a descriptor may close it when this returns.
    this.#outgoing.push({ data, descriptors: descriptors.map(duplicateDescriptor) });
    this.#flush();
    return this.#outgoing.length === 0;
  }

  /** Ends it; nothing is told any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.unwatch();
    this.#writeWatch?.close();
    for (const { descriptors } of this.#outgoing.splice(0)) closeAll(descriptors);
    closeAll(this.#received.splice(0));
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
      this.#events.onMessage(message, this.#received.splice(0, fds));
    }
  }

  #flush(): void {
    try {
      for (let next = this.#outgoing[0]; next; next = this.#outgoing[0]) {
        const part = next.data.subarray(0, MAX_PART);
        const sent = sendMessage(this.#fd, { data: part, descriptors: next.descriptors });
        if (sent === undefined) break;
        closeAll(next.descriptors);
        if (sent < next.data.length) this.#outgoing[0] = { data: next.data.subarray(sent), descriptors: [] };
        else this.#outgoing.shift();
      }
      this.#waitToWrite();
    } catch {
      this.#end(); // nobody reads any more
    }
  }

  #waitToWrite(): void {
    if (this.#outgoing.length === 0) {
      this.#writeWatch?.close();
      this.#writeWatch = undefined;
      return;
    }
    // A descriptor can be watched once.
    this.#writeEnd ??= duplicateDescriptor(this.#fd);
    this.#writeWatch ??= watchWritable(this.#writeEnd, () => this.#flush());
  }

  #end(): void {
    if (this.#isClosed) return;
    this.close();
    this.#events.onClose();
  }
}

function closeAll(descriptors: readonly number[]): void {
  for (const fd of descriptors) closeSync(fd);
}
