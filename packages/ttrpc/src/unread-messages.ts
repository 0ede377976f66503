import { clearTimeout, setTimeout } from 'node:timers';
import { type Connection, PauseReason } from './connection.ts';

/** The messages of one stream that nobody has read yet. */
export interface UnreadHolder {
  readonly unreadBytes: number;
  readonly unreadCount: number;
  /** Whether no further message comes. */
  readonly isOver: boolean;
  /** Drops them, and ends the stream: its connection holds more than it may, and this is the largest part of it. */
  overflow(): void;
}

/** From this share of what may be held on, a connection is read more slowly. */
const SLOW_SHARE = 1 / 8;

/** The longest wait between two reads of a connection that holds nearly all it may. */
const MAX_DELAY_MS = 250;

/**
 * What one connection holds of messages that were not read yet, over all its streams.
 *
 * ttrpc has no flow control: who does not read holds up the whole connection, or takes memory. So the connection is read
 * more and more slowly while much is unread, which slows down the sender and gives the reader time, but holds up
 * nobody. Where that is not enough, the stream that holds the most is ended. Only when every call of the connection is
 * a stream that has messages to read, nobody waits for anything, and the connection is not read at all.
 */
export class UnreadMessages {
  readonly #connection: Connection;
  readonly #maxBytes: number;
  readonly #slowBytes: number;
  readonly #openCalls: () => number;
  readonly #holders = new Set<UnreadHolder>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Whether the connection is not read now. */
  isPaused = false;

  /**
   * @param openCalls how many calls of this side something can still come for; infinite where new calls may
   * come at any time.
   */
  constructor(connection: Connection, maxBytes: number, openCalls: () => number) {
    this.#connection = connection;
    this.#maxBytes = maxBytes;
    this.#slowBytes = maxBytes * SLOW_SHARE;
    this.#openCalls = openCalls;
  }

  /** A stream holds so many bytes more. */
  hold(holder: UnreadHolder, bytes: number): void {
    this.#bytes += bytes;
    this.#holders.add(holder);
    if (this.#bytes > this.#maxBytes) this.#largestHolder()?.overflow();
    this.update();
  }

  /** A stream holds so many bytes less. */
  release(holder: UnreadHolder, bytes: number): void {
    this.#bytes -= bytes;
    if (holder.unreadCount === 0) this.#holders.delete(holder);
    this.update();
  }

  /** Looks again how fast to read, as calls have come or gone. */
  update(): void {
    if (this.#bytes <= this.#slowBytes) this.#readOn();
    else {
      if (!this.isPaused) {
        this.isPaused = true;
        this.#connection.pause(PauseReason.unread);
      }
      if (this.#isNobodyWaiting()) this.#stopTimer();
      else this.#timer ??= setTimeout(() => this.#readSome(), this.#delayMs());
    }
  }

  /** Is not read any more, and never waits again. */
  close(): void {
    this.#stopTimer();
    this.#holders.clear();
  }

  #readOn(): void {
    this.#stopTimer();
    if (!this.isPaused) return;
    this.isPaused = false;
    this.#connection.resume(PauseReason.unread);
  }

  /** Reads until the next message comes for a stream that holds some. */
  #readSome(): void {
    this.#timer = undefined;
    this.isPaused = false;
    this.#connection.resume(PauseReason.unread);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** It rises with the square: hardly anything at first. */
  #delayMs(): number {
    const share = (this.#bytes - this.#slowBytes) / (this.#maxBytes - this.#slowBytes);
    return MAX_DELAY_MS * Math.min(1, share) ** 2;
  }

  #isNobodyWaiting(): boolean {
    let open = 0;
    for (const { isOver } of this.#holders) open += isOver ? 0 : 1;
    // With no call at all, the end of the connection is still to be seen.
    return open > 0 && open === this.#openCalls();
  }

  /** One message alone is never too much, as it is no larger than ttrpc allows. */
  #largestHolder(): UnreadHolder | undefined {
    let largest: UnreadHolder | undefined;
    for (const holder of this.#holders) {
      if (holder.unreadBytes > (largest?.unreadBytes ?? 0)) largest = holder;
    }
    return this.#holders.size === 1 && largest?.unreadCount === 1 ? undefined : largest;
  }
}
