import { readdirSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { isShortage, makeDirectoriesSync } from '@shimwright/linux-native';
import { type Any, dateToTimestamp, type Envelope } from '@shimwright/shim-api';
import { eventFile, readEventFile } from '@shimwright/shim-host';
import type { Outbox } from '../shared/outbox.ts';
import { writeWhole } from '../shared/write-whole.ts';
import type { EventForwarder } from './event-forwarder.ts';

/** What an event queue needs. */
export interface EventQueueOptions {
  /** Where events wait for the daemon. */
  readonly directory: string;
  readonly namespace: string;
  readonly forwarder: EventForwarder;
  readonly log: (message: string) => void;
}

/**
 * The events of a group on their way to the daemon. Each is a file until it was taken, so that another process goes on with it; on
 * a disk that is full, it is in memory only.
 */
export class EventQueue {
  readonly #options: EventQueueOptions;
  #sent = 0;

  constructor(options: EventQueueOptions) {
    this.#options = options;
    makeDirectoriesSync(options.directory, 0o700, 0o700);
  }

  /** Sends what an earlier process has not. */
  resume(): void {
    const names = readdirSync(this.#options.directory).filter((name) => /^\d/.test(name));
    for (const name of names.sort()) {
      this.#sent = Math.max(this.#sent, Number.parseInt(name, 10));
      const file = path.join(this.#options.directory, name);
      const found = readWhole(file);
      if (found) this.#forward(found, file);
      else rmSync(file, { force: true });
    }
  }

  /** The outbox of one container. @param key what tells its events from those of others. */
  outbox(key: string): Outbox {
    const prepared = new Map<string, Envelope>();
    const fileOf = (name: string) => path.join(this.#options.directory, `.${key}.${name}`);
    return {
      prepare: (name, topic, event) => {
        const { namespace } = this.#options;
        prepared.set(name, { timestamp: dateToTimestamp(new Date()), namespace, topic, event });
        writeWhole(fileOf(name), eventFile({ topic, namespace, event }));
      },
      send: (name) => {
        const envelope = prepared.get(name) ?? readWhole(fileOf(name));
        prepared.delete(name);
        if (envelope) this.#send(envelope, fileOf(name));
      },
      prepared: (name): Any | undefined => readWhole(fileOf(name))?.event,
      close: () => {}, // what is under way is sent
    };
  }

  #send(envelope: Envelope, from: string): void {
    this.#sent += 1;
    const file = path.join(this.#options.directory, String(this.#sent).padStart(12, '0'));
    try {
      renameSync(from, file);
    } catch (error) {
      this.#options.log(`an event is in memory only: ${String(error)}`);
    }
    this.#forward(envelope, file);
  }

  #forward(envelope: Envelope, file: string): void {
    this.#options.forwarder.add(envelope, () => {
      try {
        unlinkSync(file); // `rmSync` takes ten times as long
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // it was in memory only
        this.#options.log(`an event that was taken stays: ${String(error)}`);
      }
    });
  }
}

/** The event in a file; undefined for half of one. @throws a system error such as `EMFILE`: it can be read later. */
function readWhole(file: string): Envelope | undefined {
  try {
    const found = readEventFile(file);
    if (!found) return undefined;
    const { topic, namespace, event } = found;
    return { timestamp: dateToTimestamp(new Date()), topic, namespace, event };
  } catch (error) {
    if (isShortage(error)) throw error;
    return undefined;
  }
}
