import {
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { type Any, type Envelope, timestampToDate } from '@shimwright/shim-api';
import { eventFile } from '@shimwright/shim-host';
import { hasCode } from '../../errors.ts';

/** An event that is there. */
export interface WholeEnvelope extends Envelope {
  event: Any;
}

/** Puts events into a spool, each whole or not at all, beside the publishers of other shims. */
export class SpoolWriter {
  readonly #spool: string;
  #next: number;

  constructor(spool: string) {
    this.#spool = spool;
    const numbers = readdirSync(spool).map((name) => Number(/^\.?([1-9][0-9]*)$/.exec(name)?.[1] ?? 0));
    this.#next = Math.max(0, ...numbers) + 1;
  }

  /**
   * Adds an event.
   *
   * @throws a system error where it cannot: `ENOSPC`.
   */
  add({ topic, namespace, event, timestamp }: WholeEnvelope): void {
    const content = eventFile({ topic, namespace, event });
    const [hidden, descriptor, shown] = this.#claim();
    try {
      try {
        if (writeSync(descriptor, content) < content.length) throw new Error(`${hidden} took half an event`);
      } finally {
        closeSync(descriptor);
      }
      const when = timestampToDate(timestamp);
      if (when) utimesSync(hidden, when, when); // a spool tells the time of an event by its file
      linkSync(hidden, shown);
      this.#next += 1;
    } finally {
      rmSync(hidden, { force: true });
    }
  }

  /**
   * Makes the hidden file of the next number, by which publishers see that it is taken. A publisher may have been
   * quicker with all of it, and its event has the number then.
   */
  #claim(): readonly [hidden: string, descriptor: number, shown: string] {
    for (; ; this.#next += 1) {
      const shown = path.join(this.#spool, String(this.#next));
      const hidden = path.join(this.#spool, `.${this.#next}`);
      try {
        const descriptor = openSync(hidden, 'wx', 0o600);
        if (!existsSync(shown)) return [hidden, descriptor, shown];
        closeSync(descriptor);
        rmSync(hidden);
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
    }
  }
}
