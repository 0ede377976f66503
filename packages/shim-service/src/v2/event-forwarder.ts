import { setImmediate as afterAnswers, setTimeout as delay } from 'node:timers/promises';
import { type Envelope, EventsDefinition } from '@shimwright/shim-api';
import { connect, type TtrpcClient } from '@shimwright/ttrpc';

/** How many events wait for a daemon that is away; the stock shim's queue is as long. */
const MAX_WAITING = 2_048;

/** How long the daemon may take for one. */
const FORWARD_MS = 5_000;

/** How long is waited after a failure: at first, and at most. */
const RETRY_MS = { first: 50, longest: 5_000 } as const;

/** An event that waits. */
interface Waiting {
  readonly envelope: Envelope;
  readonly onTaken: () => void;
}

/** Where events are sent to, and what is told where that fails. */
export interface ForwarderOptions {
  /** The daemon's socket for ttrpc; empty where nobody is to be told. */
  readonly address: string;
  readonly log: (message: string) => void;
}

/**
 * Sends events to a daemon, one after the other, so that they keep their order, and each until the daemon has taken it: it may
 * be down just now. Of those that wait too long for it, the oldest are given up.
 */
export class EventForwarder {
  readonly #options: ForwarderOptions;
  readonly #waiting: Waiting[] = [];
  #client: TtrpcClient | undefined;
  #work: Promise<void> | undefined;

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  /** Has an event sent in its turn. @param onTaken called when that is done, or it was given up. */
  add(envelope: Envelope, onTaken: () => void): void {
    const { address, log } = this.#options;
    if (address === '') {
      onTaken();
      return;
    }
    this.#waiting.push({ envelope, onTaken });
    if (this.#waiting.length > MAX_WAITING) {
      const oldest = this.#waiting.shift();
      oldest?.onTaken();
      log(`nobody took the event ${oldest?.envelope.topic}, and too many wait behind it`);
    }
    // After what is being answered just now: whoever waits for that goes on first.
    this.#work ??= afterAnswers().then(() => this.#send());
  }

  /** Resolves when all were taken. */
  async drained(): Promise<void> {
    await this.#work;
  }

  async #send(): Promise<void> {
    let ms: number = RETRY_MS.first;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      try {
        await this.#forward(next.envelope);
        if (this.#waiting[0] === next) this.#waiting.shift();
        next.onTaken();
        ms = RETRY_MS.first;
        continue;
      } catch (error) {
        this.#options.log(`cannot send the event ${next.envelope.topic} yet: ${String(error)}`);
      }
      await delay(ms);
      ms = Math.min(2 * ms, RETRY_MS.longest);
    }
    this.#work = undefined; // in one go with the last look: an event that comes a moment later would wait for the one after it
  }

  async #forward(envelope: Envelope): Promise<void> {
    this.#client ??= await this.#connect();
    try {
      await this.#client.service(EventsDefinition).forward({ envelope }, { timeoutMs: FORWARD_MS });
    } catch (error) {
      // A connection that failed, or hangs, is of no use for the next one.
      const client = this.#client;
      this.#client = undefined;
      await client?.close();
      throw error;
    }
  }

  async #connect(): Promise<TtrpcClient> {
    const signal = AbortSignal.timeout(FORWARD_MS);
    const client = await connect(this.#options.address.replace(/^unix:\/\//, ''), { signal });
    void client.closed.then(() => this.#lose(client)); // it never rejects
    return client;
  }

  #lose(client: TtrpcClient): void {
    if (this.#client === client) this.#client = undefined;
  }
}
