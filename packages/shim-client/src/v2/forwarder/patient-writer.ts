import type { SpoolWriter, WholeEnvelope } from './spool-writer.ts';

/** How soon it is tried again to write what a disk did not take. */
const RETRY_MS = 1_000;

/** How many events wait in memory at most. */
const MAX_WAITING = 10_000;

/**
 * Puts events into a spool, and keeps in memory what that does not take, such as on a full disk, until it does: shims give up an event
 * after some seconds. Events keep their order.
 */
export class PatientWriter {
  readonly #writer: SpoolWriter;
  readonly #onWritten: (envelope: WholeEnvelope) => void;
  readonly #waiting: WholeEnvelope[] = [];
  #timer: NodeJS.Timeout | undefined;
  #empty = Promise.withResolvers<void>();

  /** @param onWritten called with each event once the spool has it. */
  constructor(writer: SpoolWriter, onWritten: (envelope: WholeEnvelope) => void) {
    this.#writer = writer;
    this.#onWritten = onWritten;
    this.#empty.resolve();
  }

  /** Takes an event. @throws an error where too many wait already. */
  add(envelope: WholeEnvelope): void {
    if (this.#waiting.length === 0 && this.#write(envelope)) return;
    if (this.#waiting.length >= MAX_WAITING)
      throw new Error('the spool takes no events, and too many wait for it');
    if (this.#waiting.length === 0) this.#empty = Promise.withResolvers();
    this.#waiting.push(envelope);
    this.#timer ??= setInterval(() => this.#tryAgain(), RETRY_MS);
  }

  /** Resolves once the spool has all. */
  async drained(): Promise<void> {
    await this.#empty.promise;
  }

  #tryAgain(): void {
    for (let next = this.#waiting[0]; next && this.#write(next); next = this.#waiting[0])
      this.#waiting.shift();
    if (this.#waiting.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#empty.resolve();
  }

  #write(envelope: WholeEnvelope): boolean {
    try {
      this.#writer.add(envelope);
    } catch (error) {
      if (this.#waiting.length === 0) console.error(error); // said once
      return false;
    }
    this.#onWritten(envelope);
    return true;
  }
}
