import { clearTimeout, setTimeout } from 'node:timers';
import { type Connection, PauseReason } from '../connection.ts';
import type { Frame } from '../frame.ts';

/** The requests that came while a connection held all it may; while some wait, nothing more is read. */
export class WaitingRequests {
  readonly #connection: Connection;
  readonly #maxStallMs: number;
  readonly #frames: Frame[] = [];
  /** Runs while some of them wait; it begins anew with each that is begun. */
  #stall: NodeJS.Timeout | undefined;
  #isRefusing = false;

  constructor(connection: Connection, maxStallMs: number) {
    this.#connection = connection;
    this.#maxStallMs = maxStallMs;
  }

  /** Whether further requests are read, but not kept. */
  get isRefusing(): boolean {
    return this.#isRefusing;
  }

  /** The rest of what one read brought waits, and nothing more is read until it has been worked off. */
  add(frame: Frame): void {
    this.#frames.push(frame);
    this.#connection.pause(PauseReason.calls);
    this.#stall ??= setTimeout(() => {
      // The end of a connection is only seen by reading, and calls that wait for it would wait for ever.
      this.#isRefusing = true;
      this.#connection.resume(PauseReason.calls);
    }, this.#maxStallMs);
  }

  /** Begins those that there is room for, in their order. */
  start(hasRoom: () => boolean, begin: (frame: Frame) => void): void {
    if (this.#frames.length === 0) {
      this.#connection.resume(PauseReason.calls);
      return;
    }
    const count = this.#frames.length;
    while (hasRoom()) {
      const frame = this.#frames.shift();
      if (!frame) break;
      begin(frame);
    }
    if (this.#frames.length === 0) this.#readOn();
    else if (this.#frames.length < count) this.#waitAnew();
    else if (this.#isRefusing) this.#connection.resume(PauseReason.calls);
  }

  /** Forgets them. */
  close(): void {
    this.#frames.length = 0;
    clearTimeout(this.#stall);
  }

  #readOn(): void {
    clearTimeout(this.#stall);
    this.#stall = undefined;
    this.#isRefusing = false;
    this.#connection.resume(PauseReason.calls);
  }

  #waitAnew(): void {
    this.#stall?.refresh();
    this.#isRefusing = false;
    this.#connection.pause(PauseReason.calls);
  }
}
