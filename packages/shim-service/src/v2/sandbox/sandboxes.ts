import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { atomicWriteFileSync } from '@shimwright/fs-atomic';
import { isShortage, makeDirectoriesSync } from '@shimwright/linux-native';
import { removeQuietly } from '@shimwright/shim-host';
import { TtrpcError } from '@shimwright/ttrpc';
import { PodSandbox, type SandboxRecord } from './sandbox.ts';

/** How soon it is tried again to note what the disk did not take. */
const RETRY_MS = 1_000;

/** The sandboxes of a group, each noted in a file: another process goes on with them. */
export class Sandboxes {
  readonly #directory: string;
  readonly #log: (message: string) => void;
  readonly #sandboxes = new Map<string, PodSandbox>();
  readonly #unsaved = new Set<string>();
  #retry: NodeJS.Timeout | undefined;

  constructor(directory: string, log: (message: string) => void) {
    this.#directory = directory;
    this.#log = log;
    makeDirectoriesSync(directory, 0o700, 0o700);
    for (const name of readdirSync(directory)) {
      const record = recordIn(path.join(directory, name));
      if (record) this.#sandboxes.set(record.id, this.#sandbox(record));
    }
  }

  /** How many there are. */
  get size(): number {
    return this.#sandboxes.size;
  }

  has(id: string): boolean {
    return this.#sandboxes.has(id);
  }

  /** @throws {TtrpcError} `NOT_FOUND`. */
  get(id: string): PodSandbox {
    const found = this.#sandboxes.get(id);
    if (found) return found;
    throw TtrpcError.status('NOT_FOUND', `sandbox ${id} does not exist: not found`);
  }

  /** The bundle of one that can have containers; undefined for what is none. */
  bundleOf(id: string): string | undefined {
    const found = this.#sandboxes.get(id);
    return found?.isReady ? found.record.bundle : undefined;
  }

  /** @throws {TtrpcError} `ALREADY_EXISTS`; `INVALID_ARGUMENT` for an id that is none; a system error where it cannot be noted. */
  add(record: SandboxRecord): void {
    const { id } = record;
    if (!/^[\w.-]+$/.test(id)) {
      throw TtrpcError.status('INVALID_ARGUMENT', `${JSON.stringify(id)} is no id of a sandbox`);
    }
    if (this.#sandboxes.has(id)) {
      throw TtrpcError.status('ALREADY_EXISTS', `sandbox ${id} already exists: already exists`);
    }
    this.#write(record);
    this.#sandboxes.set(id, this.#sandbox(record));
  }

  /** Ends one, and forgets it; nothing for one that is not there. */
  async remove(id: string): Promise<void> {
    await this.#sandboxes.get(id)?.stop();
    this.#sandboxes.delete(id);
    removeQuietly(this.#fileOf(id));
  }

  #sandbox(record: SandboxRecord): PodSandbox {
    return new PodSandbox(record, (changed) => this.#save(changed));
  }

  /** Another process would not know what cannot be noted, so that is tried again. */
  #save(record: SandboxRecord): void {
    try {
      this.#write(record);
      this.#unsaved.delete(record.id);
    } catch (error) {
      if (!this.#unsaved.has(record.id)) this.#log(`cannot note the sandbox ${record.id}: ${String(error)}`);
      this.#unsaved.add(record.id);
      this.#retry ??= setTimeout(() => this.#saveAgain(), RETRY_MS).unref();
    }
  }

  #saveAgain(): void {
    this.#retry = undefined;
    for (const id of this.#unsaved) {
      const sandbox = this.#sandboxes.get(id);
      if (sandbox) this.#save(sandbox.record);
      else this.#unsaved.delete(id);
    }
  }

  #write(record: SandboxRecord): void {
    const settings = { mode: 0o600, fsync: false, fsyncDirectory: false } as const;
    atomicWriteFileSync(this.#fileOf(record.id), JSON.stringify(record), settings);
  }

  #fileOf(id: string): string {
    return path.join(this.#directory, `${id}.json`);
  }
}

function recordIn(file: string): SandboxRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SandboxRecord;
  } catch (error) {
    if (isShortage(error)) throw error; // another process can read it
    return undefined; // half of it was written
  }
}
