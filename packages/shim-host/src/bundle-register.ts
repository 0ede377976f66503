import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { atomicWriteFileSync } from '@shimwright/fs-atomic';
import { type ProcessIdentity, processStat } from '@shimwright/linux-native';
import type { AddSharedShimRequest } from '@shimwright/shim-api';
import { hasCode } from './errors.ts';

/** A shim as it is registered. */
export interface RegisteredShim extends AddSharedShimRequest {
  /** The process that serves it. */
  readonly server: ProcessIdentity;
}

/** A process of a container as it is registered; a shim adds what else it wants to know again. */
export interface RegisteredProcess extends ProcessIdentity {
  /** Its id in the container. */
  readonly id: string;
}

/** The version of what is in a register. One that does not say it is of version 1. */
export const REGISTER_FORMAT = 2;

/** All that is registered of a bundle. */
export interface RegisteredBundle<Process extends RegisteredProcess> {
  /** The version of it. What is of a later one than {@link REGISTER_FORMAT} may say more than is understood here. */
  readonly format: number;
  /** The package that wrote it, and its version; empty where it does not say. */
  readonly by: string;
  /** Its shim. */
  readonly shim: RegisteredShim;
  /** The processes of its container, in the order they came. */
  readonly processes: readonly Process[];
}

type Entry<Process> =
  | { readonly format: number; readonly by: string }
  | { readonly shim: RegisteredShim }
  | { readonly process: Process }
  | { readonly forget: string };

/** How many lines a register has, beyond one for each process, before it is written anew. */
const MAX_OLD_LINES = 100;

// What is registered is gone as well after a crash of the machine.
const WRITE = { mode: 0o600, fsync: false, fsyncDirectory: false } as const;

/**
 * The file that says all of one bundle, a line of JSON for each change: to add one takes a tenth of the time of a file of
 * its own. A line is written by one call, so a process that is killed leaves whole ones.
 */
export class BundleRegister<Process extends RegisteredProcess> {
  readonly #file: string;
  readonly #shim: RegisteredShim;
  readonly #by: string;
  readonly #processes = new Map<string, Process>();
  #lines = 0;
  #isStale = false;

  /**
   * Of the file there is nothing before `open`.
   *
   * @param by the package that writes it, and its version.
   */
  constructor(file: string, shim: AddSharedShimRequest, by = '') {
    this.#file = file;
    this.#by = by;
    const { pid } = process;
    this.#shim = { ...shim, server: { pid, startTime: processStat(pid)?.startTime ?? '' } };
  }

  /** The processes there are. */
  get processes(): ReadonlyMap<string, Process> {
    return this.#processes;
  }

  /** Writes it anew, with these processes. */
  open(processes: Iterable<Process> = []): void {
    for (const process of processes) this.#processes.set(process.id, process);
    this.#rewrite();
  }

  /** Notes a process as it is now. */
  save(process: Process): void {
    this.#processes.set(process.id, process);
    this.#add({ process });
  }

  /** Forgets a process. */
  forget(id: string): void {
    if (this.#processes.delete(id)) this.#add({ forget: id });
  }

  /** Removes it. */
  remove(): void {
    this.#isStale = false;
    rmSync(this.#file, { force: true });
  }

  /** Whether the file says less than there is, as a disk that was full did not take it; see `settle`. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** Writes it anew where it is stale. @throws a system error while that cannot be done. */
  settle(): void {
    if (this.#isStale) this.#rewrite();
  }

  #add(entry: Entry<Process>): void {
    this.#lines += 1;
    if (this.#isStale || this.#lines > this.#processes.size + MAX_OLD_LINES) {
      this.#rewrite();
      return;
    }
    try {
      this.#append(lineOf(entry));
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      this.#rewrite(); // somebody cleaned up
    }
  }

  #append(line: string): void {
    const descriptor = openSync(this.#file, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
    const bytes = Buffer.from(line);
    try {
      // Half a line, which a disk that is full took, must not spoil the one behind it: that comes with all the others.
      this.#isStale = true;
      if (writeSync(descriptor, bytes) < bytes.length) throw new Error(`${this.#file} took half a line`);
      this.#isStale = false;
    } finally {
      closeSync(descriptor);
    }
  }

  #rewrite(): void {
    const entries: Entry<Process>[] = [{ format: REGISTER_FORMAT, by: this.#by }, { shim: this.#shim }];
    for (const process of this.#processes.values()) entries.push({ process });
    this.#isStale = true;
    atomicWriteFileSync(this.#file, entries.map(lineOf).join(''), WRITE);
    this.#lines = entries.length;
    this.#isStale = false;
  }
}

/**
 * What a register says; undefined for what is none. A line that cannot be understood is passed over: it costs what it
 * would have said, and nothing else.
 *
 * @param processOf what a line tells of a process, in a register of this format; undefined where it tells none.
 */
export function readRegister<Process extends RegisteredProcess>(
  content: string,
  processOf: (process: RegisteredProcess, format: number) => Process | undefined,
): RegisteredBundle<Process> | undefined {
  const processes = new Map<string, Process>();
  let shim: RegisteredShim | undefined;
  let [format, by] = [1, ''];
  for (const line of content.split('\n').slice(0, -1)) {
    const entry = parsed(line);
    if (Number.isSafeInteger(entry.format)) [format, by] = [Number(entry.format), String(entry.by ?? '')];
    else if (isShim(entry.shim)) shim = entry.shim;
    else if (isAnyProcess(entry.process)) {
      const process = processOf(entry.process, format);
      if (process) processes.set(process.id, process);
    } else if (typeof entry.forget === 'string') processes.delete(entry.forget);
  }
  return shim && { format, by, shim, processes: [...processes.values()] };
}

type Unknown<Type> = { readonly [Key in keyof Type]?: unknown };

function parsed(line: string): Unknown<{ format: 0; by: 0; shim: 0; process: 0; forget: 0 }> {
  try {
    return objectOf(JSON.parse(line));
  } catch {
    return {}; // half of it was written
  }
}

function isShim(value: unknown): value is RegisteredShim {
  const shim: Unknown<RegisteredShim> = objectOf(value);
  const texts = [
    ...[shim.path, shim.workDir, shim.namespace, shim.criu, shim.runtimeRoot],
    ...[shim.address, shim.daemonAddress, shim.publisher, shim.spool, shim.token],
  ];
  return texts.every((text) => typeof text === 'string') && isIdentity(shim.server);
}

function isAnyProcess(value: unknown): value is RegisteredProcess {
  const { id }: Unknown<RegisteredProcess> = objectOf(value);
  return typeof id === 'string' && isIdentity(value);
}

function isIdentity(value: unknown): value is ProcessIdentity {
  const { pid, startTime }: Unknown<ProcessIdentity> = objectOf(value);
  return typeof startTime === 'string' && Number.isSafeInteger(pid);
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function lineOf(entry: Entry<RegisteredProcess>): string {
  return `${JSON.stringify(entry)}\n`;
}
