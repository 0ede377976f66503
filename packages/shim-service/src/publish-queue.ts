import { setTimeout as delay } from 'node:timers/promises';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 30_000;

/**
 * Publishes events one after the other, so that they keep their order, and each until somebody has taken it: a manager may be
 * down just now. What waits keeps no process alive.
 */
export class PublishQueue {
  readonly #log: (message: string) => void;
  #last: Promise<void> = Promise.resolve();

  /** @param log told of each failure. */
  constructor(log: (message: string) => void) {
    this.#log = log;
  }

  /** Has `publish` called, in its turn, until it does not fail. */
  add(what: string, publish: () => Promise<void>): void {
    this.#last = this.#last.then(() => this.#untilTaken(what, publish));
  }

  async #untilTaken(what: string, publish: () => Promise<void>): Promise<void> {
    for (let ms = FIRST_DELAY_MS; ; ms = Math.min(2 * ms, LONGEST_DELAY_MS)) {
      try {
        await publish();
        return;
      } catch (error) {
        this.#log(`cannot publish ${what} yet: ${error instanceof Error ? error.message : String(error)}`);
      }
      await delay(ms, undefined, { ref: false });
    }
  }
}
