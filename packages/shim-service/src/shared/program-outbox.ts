import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Any } from '@shimwright/shim-api';
import { eventFile, readEventFile, runPublisher } from '@shimwright/shim-host';
import { PublishQueue } from '../publish-queue.ts';
import type { Outbox } from './outbox.ts';
import type { OutboxOptions } from './spool-outbox.ts';
import { writeWhole } from './write-whole.ts';

/** What runs a program for each event. */
export interface ProgramOptions extends OutboxOptions {
  /** The program. */
  readonly program: string;
  /** What it is told as `--address`. */
  readonly address: string;
  /** Where events wait. */
  readonly directory: string;
}

/**
 * Publishes events by a program, as a shim of its own does: one after the other, so that they keep their order. An event
 * stays until the program has taken it, so it is published at least once: again, if this process is killed meanwhile.
 */
export class ProgramOutbox implements Outbox {
  readonly #options: ProgramOptions;
  readonly #queue: PublishQueue;

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.#queue = new PublishQueue(options.log);
  }

  prepare(name: string, topic: string, event: Any): void {
    writeWhole(this.#file(name), eventFile({ topic, namespace: this.#options.namespace, event }));
  }

  close(): void {
    // What is under way is finished.
  }

  send(name: string): void {
    const file = this.#file(name);
    this.#queue.add(name, async () => {
      await this.#run(file);
      rmSync(file, { force: true });
    });
  }

  prepared(name: string): Any | undefined {
    return readEventFile(this.#file(name))?.event;
  }

  #file(name: string): string {
    return path.join(this.#options.directory, `${this.#options.key}.event-${name}`);
  }

  async #run(file: string): Promise<void> {
    const event = readEventFile(file);
    if (!event) return;
    // The file itself: by a pipe the program would get half of it, were this process killed.
    const stdin = openSync(file, 'r');
    try {
      readSync(stdin, Buffer.alloc(event.offset)); // the program reads on from there
      await runPublisher({ ...this.#options, topic: event.topic }, stdin);
    } finally {
      closeSync(stdin);
    }
  }
}
