import { lstatSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isShortage, makeDirectoriesSync, watchPath } from '@shimwright/linux-native';
import type { Any } from '@shimwright/shim-api';
import { hasCode, ShimHostError } from './errors.ts';
import { parseEventFile } from './event-file.ts';
import { packagedFile } from './packaged-file.ts';
import { eventNumbers } from './spool-drop.ts';

/**
 * The path of the publisher that fills the spool: a script of this package, run by the shim and by nobody else.
 *
 * @throws {ShimHostError} `ERR_SHIM_FILE` where this code is in a bundle and the script was not copied.
 */
export function defaultPublisher(): string {
  return packagedFile({
    package: '@shimwright/shim-host',
    name: 'publish.sh',
    moduleUrl: import.meta.url,
  });
}

/** An event that a shim published. */
export interface SpooledEvent {
  /** When it was published, to the millisecond. */
  readonly timestamp: Date;
  /** The namespace of the container. */
  readonly namespace: string;
  /** What happened, for example `/tasks/exit`. */
  readonly topic: string;
  /** The event itself; `decodeEvent` of `@shimwright/shim-api` reads it. */
  readonly event: Any;
}

/**
 * The directory that holds the events for the manager at this address: `DAEMON.events`.
 *
 * @throws {ShimHostError} `ERR_SPOOL_INSECURE` when the address is not absolute: the shim, whose working
 * directory is another one, would look for it elsewhere.
 */
export function spoolPath(daemonAddress: string): string {
  if (path.isAbsolute(daemonAddress)) return `${path.resolve(daemonAddress)}.events`;
  throw new ShimHostError('ERR_SPOOL_INSECURE', `the daemon address ${daemonAddress} must be absolute`, {
    path: daemonAddress,
  });
}

/**
 * Makes the spool, 0700, unless it is there.
 *
 * @returns its path.
 * @throws {ShimHostError} `ERR_SPOOL_INSECURE` when it is not this user's alone: whoever can write there
 * can invent events.
 */
export function prepareSpool(daemonAddress: string): string {
  const spool = spoolPath(daemonAddress);
  makeDirectoriesSync(spool, 0o700, 0o700);
  const found = lstatSync(spool);
  if (found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & 0o022) === 0) return spool;
  throw new ShimHostError(
    'ERR_SPOOL_INSECURE',
    `${spool} must be a directory that only this user can write`,
    {
      path: spool,
    },
  );
}

/**
 * The events published by the shims of this daemon address, in order: first those that came while nobody
 * listened, then each as it comes. Ends, without an error, when `signal` is aborted.
 *
 * An event is removed from the spool when the next one is asked for, so that one whose handling was cut off
 * by a crash comes again. One program at a time may listen.
 *
 * @throws {ShimHostError} `ERR_SPOOL_INSECURE`, see `prepareSpool`; `ERR_SPOOL_EVENT` for a file that
 * is no event: it is renamed to `.bad-NUMBER`, so that listening again goes on behind it. A system error such as `EMFILE`, after which
 * listening again begins with the same event.
 */
export async function* watchSpool(
  daemonAddress: string,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<SpooledEvent, void, void> {
  const spool = prepareSpool(daemonAddress);
  const arrivals = new Arrivals(spool, options.signal);
  try {
    while (!options.signal?.aborted) {
      const numbers = await listNumbers(spool);
      if (numbers.length === 0) await arrivals.next();
      for (const number of numbers) {
        if (options.signal?.aborted) return;
        const event = await readEvent(spool, number);
        if (event) yield event;
        await rm(path.join(spool, String(number)), { force: true });
      }
    }
  } finally {
    arrivals.close();
  }
}

/**
 * The events that wait in the spool of this daemon address, in order, and stay there. One that is being taken out, or
 * is no event, is left out; a missing spool has none.
 *
 * @param seen the numbers of events that are known already and left out. Those that are returned are added, and those that wait no
 * longer are removed, so that the next call with it returns what is new. @default none
 */
export async function readSpool(
  daemonAddress: string,
  seen: Set<number> = new Set(),
): Promise<SpooledEvent[]> {
  const spool = spoolPath(daemonAddress);
  const waiting = new Set(await listNumbers(spool).catch(noneIfMissing));
  for (const number of seen) if (!waiting.has(number)) seen.delete(number);
  const events: SpooledEvent[] = [];
  for (const number of waiting) {
    if (seen.has(number)) continue;
    const event = await loadEvent(path.join(spool, String(number))).catch(() => undefined);
    if (!event) continue;
    events.push(event);
    seen.add(number);
  }
  return events;
}

function noneIfMissing(error: unknown): [] {
  if (hasCode(error, 'ENOENT')) return [];
  throw error;
}

/** Tells that something came since the last time it was asked. */
class Arrivals {
  readonly #watcher;
  readonly #signal: AbortSignal | undefined;
  #came = Promise.withResolvers<void>();
  readonly #wake = () => this.#came.resolve();

  constructor(directory: string, signal: AbortSignal | undefined) {
    // Watching begins before the first listing, so that nothing falls in between.
    this.#watcher = watchPath(directory, this.#wake);
    this.#signal = signal;
    signal?.addEventListener('abort', this.#wake);
  }

  async next(): Promise<void> {
    await this.#came.promise;
    this.#came = Promise.withResolvers();
  }

  close(): void {
    this.#watcher.close();
    this.#signal?.removeEventListener('abort', this.#wake);
  }
}

async function listNumbers(spool: string): Promise<number[]> {
  return eventNumbers(await readdir(spool)).sort((a, b) => a - b);
}

async function readEvent(spool: string, number: number): Promise<SpooledEvent | undefined> {
  const file = path.join(spool, String(number));
  try {
    return await loadEvent(file);
  } catch (cause) {
    if (isShortage(cause)) throw cause; // it may well be one
    const aside = path.join(spool, `.bad-${number}`);
    await rename(file, aside);
    throw new ShimHostError('ERR_SPOOL_EVENT', `${file} is no event; it is now ${aside}`, {
      path: aside,
      cause,
    });
  }
}

/** The event in a file; undefined for one without any, which a shim leaves that is killed just when it publishes. */
async function loadEvent(file: string): Promise<SpooledEvent | undefined> {
  const [content, { mtime }] = await Promise.all([readFile(file), stat(file)]);
  const { topic, namespace, event } = parseEventFile(content);
  return event.typeUrl === '' ? undefined : { timestamp: mtime, topic, namespace, event };
}
