import { closeSync, linkSync, rmSync, utimesSync, writeSync } from 'node:fs';
import { type Any, type Envelope, timestampToDate } from '@shimwright/shim-api';
import { claimEventNumber, eventFile, nextEventNumber } from '@shimwright/shim-host';

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
    this.#next = nextEventNumber(spool);
  }

  /**
   * Adds an event.
   *
   * @throws a system error where it cannot: `ENOSPC`.
   */
  add({ topic, namespace, event, timestamp }: WholeEnvelope): void {
    const content = eventFile({ topic, namespace, event });
    const { number, hidden, descriptor, shown } = claimEventNumber(this.#spool, this.#next);
    try {
      try {
        if (writeSync(descriptor, content) < content.length) throw new Error(`${hidden} took half an event`);
      } finally {
        closeSync(descriptor);
      }
      const when = timestampToDate(timestamp);
      if (when) utimesSync(hidden, when, when); // a spool tells the time of an event by its file
      linkSync(hidden, shown);
      this.#next = number + 1;
    } finally {
      rmSync(hidden, { force: true });
    }
  }
}
