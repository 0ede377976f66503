import path from 'node:path';
import { isSystemError, makeDirectoriesSync } from '@shimwright/linux-native';
import type { Any } from '@shimwright/shim-api';
import { dropIntoSpool, eventFile, readEventFile } from '@shimwright/shim-host';
import type { Outbox } from './outbox.ts';
import { writeWhole } from './write-whole.ts';

/** What concerns an outbox. */
export interface OutboxOptions {
  /** Told in each event. */
  readonly namespace: string;
  /** Begins the name of all files of this outbox. */
  readonly key: string;
  /** Told what went wrong. */
  readonly log: (message: string) => void;
}

/**
 * Drops events into a spool, as the publisher does that is run for each event of a shim of its own; no process is
 * started for it. Each event is published exactly once, even if this process is killed on the way.
 */
export class SpoolOutbox implements Outbox {
  readonly #spool: string;
  readonly #options: OutboxOptions;

  constructor(spool: string, options: OutboxOptions) {
    this.#spool = spool;
    this.#options = options;
  }

  prepare(name: string, topic: string, event: Any): void {
    const content = eventFile({ topic, namespace: this.#options.namespace, event });
    const file = this.#file(name);
    try {
      writeWhole(file, content);
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error;
      makeDirectoriesSync(this.#spool, 0o700, 0o700);
      writeWhole(file, content);
    }
  }

  close(): void {
    // Nothing is under way.
  }

  send(name: string): void {
    const from = this.#file(name);
    try {
      dropIntoSpool(this.#spool, from);
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error; // else, it was sent before
    }
  }

  prepared(name: string): Any | undefined {
    return readEventFile(this.#file(name))?.event;
  }

  #file(name: string): string {
    return path.join(this.#spool, `.${this.#options.key}.${name}`);
  }
}
