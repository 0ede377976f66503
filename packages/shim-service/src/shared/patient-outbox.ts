import type { Any } from '@shimwright/shim-api';
import type { Outbox } from './outbox.ts';

/** How often it is tried again to put down what a disk did not take. */
const RETRY_MS = 1_000;

interface Waiting {
  readonly name: string;
  /** What it still has to be prepared from; undefined when it is. */
  readonly toPrepare?: { readonly topic: string; readonly event: Any } | undefined;
  isToBeSent: boolean;
}

/**
 * Publishes through another outbox, and keeps in memory what that cannot put down, or pass on, such as on a full disk, until it can.
 * Events keep their order.
 */
export class PatientOutbox implements Outbox {
  readonly #outbox: Outbox;
  readonly #log: (message: string) => void;
  readonly #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(outbox: Outbox, log: (message: string) => void) {
    this.#outbox = outbox;
    this.#log = log;
  }

  prepare(name: string, topic: string, event: Any): void {
    const one = { name, toPrepare: { topic, event }, isToBeSent: false };
    if (this.#waiting.length > 0 || !this.#tryPreparing(one)) this.#wait(one);
  }

  send(name: string): void {
    const one = this.#waiting.find((each) => each.name === name);
    if (one) one.isToBeSent = true;
    else if (this.#waiting.length > 0 || !this.#trySending(name)) this.#wait({ name, isToBeSent: true });
  }

  prepared(name: string): Any | undefined {
    const one = this.#waiting.find((each) => each.name === name);
    return one?.toPrepare?.event ?? this.#outbox.prepared(name);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #wait(one: Waiting): void {
    this.#waiting.push(one);
    this.#timer ??= setInterval(() => this.#tryAgain(), RETRY_MS);
  }

  #tryAgain(): void {
    for (let one = this.#waiting[0]; one?.isToBeSent && this.#tryPreparing(one); one = this.#waiting[0]) {
      this.#waiting[0] = { name: one.name, isToBeSent: true };
      if (!this.#trySending(one.name)) return;
      this.#waiting.shift();
    }
    if (this.#waiting.length === 0) this.close();
  }

  #tryPreparing({ name, toPrepare }: Waiting): boolean {
    return this.#try(() => toPrepare && this.#outbox.prepare(name, toPrepare.topic, toPrepare.event));
  }

  #trySending(name: string): boolean {
    return this.#try(() => this.#outbox.send(name));
  }

  #try(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#log(`cannot put down an event yet: ${String(error)}`);
      return false;
    }
  }
}
