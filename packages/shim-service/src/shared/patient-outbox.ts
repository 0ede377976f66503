import type { Any } from '@shimwright/shim-api';
import type { Outbox } from './outbox.ts';

/** How often it is tried again to put down what a disk did not take. */
const RETRY_MS = 1_000;

interface Waiting {
  readonly name: string;
  readonly topic: string;
  readonly event: Any;
  isToBeSent: boolean;
}

/**
 * Publishes through another outbox, and keeps in memory what that cannot put down, such as on a full disk, until it can. Events keep
 * their order.
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
    const one = { name, topic, event, isToBeSent: false };
    if (this.#waiting.length === 0 && this.#prepared(one)) return;
    this.#waiting.push(one);
    this.#timer ??= setInterval(() => this.#tryAgain(), RETRY_MS);
  }

  send(name: string): void {
    const one = this.#waiting.find((each) => each.name === name);
    if (one) one.isToBeSent = true;
    else this.#outbox.send(name);
  }

  prepared(name: string): Any | undefined {
    return this.#waiting.find((each) => each.name === name)?.event ?? this.#outbox.prepared(name);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tryAgain(): void {
    for (let one = this.#waiting[0]; one?.isToBeSent && this.#prepared(one); one = this.#waiting[0]) {
      this.#waiting.shift();
      this.#outbox.send(one.name);
    }
    if (this.#waiting.length === 0) this.close();
  }

  #prepared({ name, topic, event }: Waiting): boolean {
    try {
      this.#outbox.prepare(name, topic, event);
      return true;
    } catch (error) {
      this.#log(`cannot put down an event yet: ${String(error)}`);
      return false;
    }
  }
}
