import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Any } from '@shimwright/shim-api';
import { eventFile, readEventFile } from './event-file.ts';
import type { Outbox } from './outbox.ts';
import type { OutboxOptions } from './spool-outbox.ts';

/** How long one run of the program may take. */
const TIMEOUT_MS = 5_000;

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
 * is published at least once: again, if this process is killed while the program runs.
 */
export class ProgramOutbox implements Outbox {
  readonly #options: ProgramOptions;
  #last: Promise<void> = Promise.resolve();

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  prepare(name: string, topic: string, event: Any): void {
    writeFileSync(this.#file(name), eventFile(topic, this.#options.namespace, event), { mode: 0o600 });
  }

  send(name: string): void {
    const file = this.#file(name);
    this.#last = this.#last
      .then(() => this.#run(file))
      .catch((error: Error) => this.#options.log(`cannot publish: ${error.message}`))
      .then(() => rmSync(file, { force: true }));
  }

  prepared(name: string): Any | undefined {
    const found = readEventFile(this.#file(name));
    return found && Any.decode(found.event);
  }

  #file(name: string): string {
    return path.join(this.#options.directory, `${this.#options.key}.event-${name}`);
  }

  async #run(file: string): Promise<void> {
    const event = readEventFile(file);
    if (!event) return;
    const { program, address, namespace } = this.#options;
    const args = ['--address', address, 'publish', '--topic', event.topic, '--namespace', namespace];
    // The file itself: by a pipe the program would get half of it, were this process killed.
    const stdin = openSync(file, 'r');
    try {
      readSync(stdin, Buffer.alloc(event.offset)); // the program reads on from there
      const child = spawn(program, args, { stdio: [stdin, 'ignore', 'ignore'], timeout: TIMEOUT_MS });
      const [status, signal] = await once(child, 'exit');
      if (status !== 0) throw new Error(`${program} ended with ${signal ?? `status ${status}`}`);
    } finally {
      closeSync(stdin);
    }
  }
}
