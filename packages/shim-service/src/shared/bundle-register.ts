import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { isSystemError } from '@shimwright/linux-native';
import type { AddSharedShimRequest } from '@shimwright/shim-api';
import type { ProcessRecord } from '../journal.ts';
import { processStat } from './start-time.ts';
import { writeWhole } from './whole-file.ts';

/** A shim as it is registered. */
export interface RegisteredShim extends AddSharedShimRequest {
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

type Entry =
  | { readonly shim: RegisteredShim }
  | { readonly process: RegisteredProcess }
  | { readonly forget: string };

/** How many lines a register has, beyond one for each process, before it is written anew. */
const MAX_OLD_LINES = 100;

const own = { pid: process.pid, startTime: processStat(process.pid)?.startTime ?? '' };

/**
 * The file that says all of one bundle, a line of JSON for each change: to add one takes a tenth of the time of a file of
 * its own. A line is written by one call, so a process that is killed leaves whole ones.
 */
export class BundleRegister {
  readonly #file: string;
  readonly #shim: RegisteredShim;
  readonly #processes = new Map<string, RegisteredProcess>();
  #lines = 0;

  constructor(file: string, shim: AddSharedShimRequest) {
    this.#file = file;
    this.#shim = { ...shim, server: own };
  }

  /** The processes there are. */
  get processes(): ReadonlyMap<string, RegisteredProcess> {
    return this.#processes;
  }

  /** Writes it anew, with these processes. */
  open(processes: Iterable<RegisteredProcess> = []): void {
    for (const process of processes) this.#processes.set(process.id, process);
    this.#rewrite();
  }

  save(process: RegisteredProcess): void {
    this.#processes.set(process.id, process);
    this.#add({ process });
  }

  forget(id: string): void {
    if (this.#processes.delete(id)) this.#add({ forget: id });
  }

  /** Removes it. */
  remove(): void {
    rmSync(this.#file, { force: true });
  }

  #add(entry: Entry): void {
    this.#lines += 1;
    if (this.#lines > this.#processes.size + MAX_OLD_LINES) {
      this.#rewrite();
      return;
    }
    try {
      append(this.#file, lineOf(entry));
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error;
      this.#rewrite(); // somebody cleaned up
    }
  }

  #rewrite(): void {
    const entries: Entry[] = [{ shim: this.#shim }];
    for (const process of this.#processes.values()) entries.push({ process });
    writeWhole(this.#file, entries.map(lineOf).join(''));
    this.#lines = entries.length;
  }
}

/** What a register says, or undefined for what is none. */
export function readRegister(content: string): RegisteredBundle | undefined {
  const processes = new Map<string, RegisteredProcess>();
  let shim: RegisteredShim | undefined;
  for (const line of content.split('\n').slice(0, -1)) {
    const entry = parsed(line);
    if (!entry) continue;
    if ('shim' in entry) shim = entry.shim;
    else if ('process' in entry) processes.set(entry.process.id, entry.process);
    else processes.delete(entry.forget);
  }
  return shim && { shim, processes: [...processes.values()] };
}

function parsed(line: string): Entry | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // on a full disk
  }
}

function lineOf(entry: Entry): string {
  return `${JSON.stringify(entry)}\n`;
}

function append(file: string, line: string): void {
  const descriptor = openSync(file, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
  try {
    writeSync(descriptor, line);
  } finally {
    closeSync(descriptor);
  }
}
