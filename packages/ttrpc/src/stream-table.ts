import { TtrpcError } from './errors.ts';

const FIRST_SLOTS = 64;

/** The highest stream id of a client: ids are odd numbers of 32 bits. */
const LAST_STREAM_ID = 0xffff_ffff;

/**
 * The streams of a client that wait for their response, and the ids of the next ones.
 *
 * It is a ring whose slots are used again, as a `Map` is not fit for this: each time its table is full of
 * entries that came and went it takes a new one, the old ones keep each other and all they held alive, and
 * the garbage collector takes fifty times as long.
 */
export class StreamTable<Stream extends { readonly streamId: number }> {
  #slots: (Stream | undefined)[] = emptySlots(FIRST_SLOTS);
  #size = 0;
  #lastId: number;

  /** @param lastId the first stream's id is two more. */
  constructor(lastId = -1) {
    this.#lastId = lastId;
  }

  /** How many are in it. */
  get size(): number {
    return this.#size;
  }

  /**
   * An id for a new stream: odd, and higher than the last.
   *
   * @throws {TtrpcError} `ERR_TTRPC_EXHAUSTED` when there are none left.
   */
  nextId(): number {
    if (this.#size * 2 > this.#slots.length) this.#grow();
    let next = this.#lastId;
    do next += 2;
    while (this.#slots[this.#slotOf(next)]);
    if (next > LAST_STREAM_ID) throw exhausted();
    this.#lastId = next;
    return next;
  }

  /** Puts in a stream, whose id `nextId` has given last. */
  add(stream: Stream): void {
    this.#slots[this.#slotOf(stream.streamId)] = stream;
    this.#size += 1;
  }

  /** The stream of that id; undefined when it is not there, or no longer. */
  get(streamId: number): Stream | undefined {
    const stream = this.#slots[this.#slotOf(streamId)];
    return stream?.streamId === streamId ? stream : undefined;
  }

  /** Takes a stream out; undefined when it is not there, or no longer. */
  take(streamId: number): Stream | undefined {
    const slot = this.#slotOf(streamId);
    const stream = this.#slots[slot];
    if (stream?.streamId !== streamId) return undefined;
    this.#slots[slot] = undefined;
    this.#size -= 1;
    return stream;
  }

  /** All that are in it. */
  streams(): Stream[] {
    return this.#slots.filter((stream) => stream !== undefined);
  }

  /** Whether `nextId` has given this id. */
  hasIssued(streamId: number): boolean {
    return streamId % 2 === 1 && streamId <= this.#lastId;
  }

  #slotOf(streamId: number): number {
    return (streamId >>> 1) & (this.#slots.length - 1);
  }

  #grow(): void {
    const streams = this.streams();
    this.#slots = emptySlots(this.#slots.length * 2);
    for (const stream of streams) this.#slots[this.#slotOf(stream.streamId)] = stream;
  }
}

function exhausted(): TtrpcError {
  return new TtrpcError(
    'ERR_TTRPC_EXHAUSTED',
    'the connection has used all its stream ids: connect again for further calls',
  );
}

function emptySlots(count: number): undefined[] {
  return new Array<undefined>(count).fill(undefined);
}
