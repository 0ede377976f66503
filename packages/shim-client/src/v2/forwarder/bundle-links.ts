import { lstatSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isShortage, makeDirectoriesSync, watchPath } from '@shimwright/linux-native';
import { loadAddressSync, socketPath } from '@shimwright/shim-address';
import { isListening } from '@shimwright/shim-host';
import { hasCode } from '../../errors.ts';
import { TASK_FILES } from '../task-files.ts';
import { LogDrain } from './log-drain.ts';

/** How often it is looked whether bundles are gone whose managers were killed. */
const LOOK_MS = 5_000;

/** A bundle, and who holds its log, where it has one. */
interface Held {
  readonly bundlePath: string;
  /** Undefined where this process has no descriptor for it yet. */
  readonly drain: LogDrain | 'none' | undefined;
}

/** The bundles whose shims send their events here, by the links that their managers make. */
export class BundleLinks {
  readonly #directory: string;
  readonly #held = new Map<string, Held>();
  readonly #watcher;
  readonly #timer;

  constructor(directory: string) {
    this.#directory = directory;
    makeDirectoriesSync(directory, 0o700, 0o700);
    this.#watcher = watchPath(directory, () => this.look());
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
    this.look();
  }

  /** Takes the logs of bundles that have come, and lets go of those that are gone. What cannot be seen now is, the next time. */
  look(): void {
    const found = this.#find();
    if (!found) return;
    for (const [link, { drain }] of this.#held) {
      if (found.has(link)) continue;
      letGo(drain);
      this.#held.delete(link);
    }
    for (const [link, bundlePath] of found) {
      if (!this.#held.get(link)?.drain) this.#held.set(link, { bundlePath, drain: drainOf(bundlePath) });
    }
  }

  /** Whether a shim of any of them lives. */
  async isAnyLive(): Promise<boolean> {
    for (const { bundlePath } of this.#held.values()) {
      if (await isLive(bundlePath)) return true;
    }
    return false;
  }

  /** Lets go of all, and forgets them. */
  close(): void {
    this.#watcher.close();
    clearInterval(this.#timer);
    for (const { drain } of this.#held.values()) letGo(drain);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** The bundles that are there, by their links; the links of others are removed. Undefined where that cannot be said now. */
  #find(): ReadonlyMap<string, string> | undefined {
    const names = namesIn(this.#directory);
    if (!names) return undefined;
    const found = new Map<string, string>();
    for (const name of names) {
      const link = path.join(this.#directory, name);
      const bundlePath = targetOf(link);
      if (bundlePath === undefined) continue;
      if (lstatSync(path.join(bundlePath, TASK_FILES.log), QUIET)) found.set(name, bundlePath);
      else rmSync(link, { force: true });
    }
    return found;
  }
}

const QUIET = { throwIfNoEntry: false } as const;

function namesIn(directory: string): readonly string[] | undefined {
  try {
    return readdirSync(directory);
  } catch (error) {
    return hasCode(error, 'ENOENT') ? [] : undefined; // the spool is gone
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined; // it was removed just now
  }
}

function drainOf(bundlePath: string): Held['drain'] {
  try {
    return new LogDrain(bundlePath);
  } catch (error) {
    return isShortage(error) ? undefined : 'none'; // what has that name is no FIFO, or is gone
  }
}

function letGo(drain: Held['drain']): void {
  if (drain && drain !== 'none') drain.close();
}

/** Whether somebody listens there, or may: of one that cannot be asked now, the events are still to come. */
async function isLive(bundlePath: string): Promise<boolean> {
  try {
    const address = loadAddressSync(bundlePath);
    return address !== undefined && (await isListening(socketPath(address)));
  } catch (error) {
    return isShortage(error);
  }
}
