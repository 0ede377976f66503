import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ProcessRecord } from '../journal.ts';
import type { AddRequest } from './shared-service.ts';
import { processStat } from './start-time.ts';
import { writeWhole } from './whole-file.ts';

/** A shim as it is registered. */
export interface RegisteredShim extends AddRequest {
  /** The process that serves it. */
  readonly server: { readonly pid: number; readonly startTime: string };
}

/** A process as it is registered. */
export interface RegisteredProcess extends ProcessRecord {
  /** Clock ticks between the boot and its start; empty while it is not made, or when it was gone too soon. */
  readonly startTime: string;
}

/** All that is registered of a bundle. */
export interface RegisteredBundle {
  readonly shim: RegisteredShim;
  readonly processes: readonly RegisteredProcess[];
}

/**
 * What a shared process would have to be told anew after its death, in small files of a directory beside its control
 * socket; each is written whole. The files of a bundle have names that begin with its key.
 */
export class Registry {
  /** Where the files are; only its owner can enter. */
  readonly directory: string;
  readonly #startTime = processStat(process.pid)?.startTime ?? '';

  constructor(controlSocket: string) {
    this.directory = `${controlSocket}.d`;
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
  }

  /** What is registered; what cannot be read is passed over. */
  bundles(): RegisteredBundle[] {
    const names = readdirSync(this.directory);
    return names
      .filter((name) => /^[0-9a-f]+\.shim$/.test(name))
      .flatMap((name) => {
        const key = name.slice(0, -'.shim'.length);
        const shim = this.#read<RegisteredShim>(name);
        if (!shim) return [];
        const others = names.filter(
          (other) => other.startsWith(`${key}.init`) || other.startsWith(`${key}.exec-`),
        );
        const processes = others.flatMap((other) => this.#read<RegisteredProcess>(other) ?? []);
        return [{ shim, processes }];
      });
  }

  saveShim(shim: AddRequest): void {
    const server = { pid: process.pid, startTime: this.#startTime };
    this.#write(`${keyOf(shim.path)}.shim`, { ...shim, server });
  }

  saveProcess(bundlePath: string, registered: RegisteredProcess): void {
    this.#write(processFile(bundlePath, registered), registered);
  }

  forgetProcess(bundlePath: string, record: ProcessRecord): void {
    this.#remove(processFile(bundlePath, record));
  }

  /** Forgets all of a bundle. */
  forget(bundlePath: string): void {
    const key = keyOf(bundlePath);
    for (const name of readdirSync(this.directory)) if (name.startsWith(`${key}.`)) this.#remove(name);
  }

  /** Removes the directory, unless something is registered. */
  close(): void {
    try {
      rmdirSync(this.directory);
    } catch {
      // something is
    }
  }

  #read<Content>(name: string): Content | undefined {
    try {
      return JSON.parse(readFileSync(path.join(this.directory, name), 'utf8'));
    } catch {
      return undefined;
    }
  }

  #write(name: string, content: unknown): void {
    writeWhole(path.join(this.directory, name), JSON.stringify(content));
  }

  #remove(name: string): void {
    rmSync(path.join(this.directory, name), { force: true });
  }
}

/** What begins the names of a bundle's files. */
export function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function processFile(bundlePath: string, { id, container }: ProcessRecord): string {
  return `${keyOf(bundlePath)}.${container ? 'init' : `exec-${keyOf(id)}`}`;
}
