import { setTimeout as delay } from 'node:timers/promises';
import { isShortage } from '@shimwright/linux-native';
import type { SharedShim as ListedShim } from '@shimwright/shim-api';
import { REGISTER_FORMAT } from '@shimwright/shim-host';
import type { RegisteredBundle } from './registered-process.ts';

/** How many bundles are adopted at a time: each may need a run of the OCI runtime. */
const AT_ONCE = 4;

/** How often what could not be taken over for want of a resource is tried again. */
export const MAX_SHORTAGES = 20;

/** How soon that is, after so many times. */
export function shortageMs(times: number): number {
  return Math.min(250 * 2 ** times, 30_000);
}

/** How long those who ask for all bundles wait for one whose OCI runtime hangs. */
const PATIENCE_MS = 5_000;

/** A bundle of an earlier process that this one does not serve yet. */
interface Waiting {
  readonly bundle: RegisteredBundle;
  attempt: Promise<void> | undefined;
  failure: string;
  /** How often a resource was missing for it. */
  shortages: number;
  retry?: NodeJS.Timeout | undefined;
}

/**
 * The bundles of an earlier process, until this one serves them. Each is taken over for itself, so that one whose OCI
 * runtime hangs holds up no other; what fails is tried again whenever it is asked for.
 */
export class Adoptions {
  readonly #adopt: (bundle: RegisteredBundle) => Promise<void>;
  readonly #waiting = new Map<string, Waiting>();

  /** @param adopt takes one over; rejects where that cannot be done now. */
  constructor(adopt: (bundle: RegisteredBundle) => Promise<void>) {
    this.#adopt = adopt;
  }

  /** Whether one is being taken over just now, or will be tried again. */
  get isBusy(): boolean {
    return [...this.#waiting.values()].some(({ attempt, retry }) => attempt ?? retry);
  }

  /** What is told of those that wait. */
  get listed(): ListedShim[] {
    return [...this.#waiting.values()].map(({ bundle: { shim }, failure }) => ({
      ...{ path: shim.path, namespace: shim.namespace, address: shim.address, unknownExits: [], failure },
    }));
  }

  /** Why a bundle is not served; undefined for one that is, or was none. */
  failure(bundlePath: string): string | undefined {
    return this.#waiting.get(bundlePath)?.failure;
  }

  /** Begins with all of them, a few at a time. */
  begin(bundles: readonly RegisteredBundle[]): void {
    const queue = bundles.map(
      (bundle): Waiting => ({
        ...{ bundle, attempt: undefined, failure: 'it was not looked at yet', shortages: 0 },
      }),
    );
    for (const one of queue) this.#waiting.set(one.bundle.shim.path, one);
    const next = async () => {
      for (let one = queue.shift(); one; one = queue.shift()) await this.#try(one);
    };
    for (let count = 0; count < Math.min(AT_ONCE, queue.length); count += 1) void next();
  }

  /** Resolves when one has been tried, or when all were; see `SharedShims.adopted`. Never rejects. */
  async settled(bundlePath?: string): Promise<void> {
    if (bundlePath !== undefined) {
      const one = this.#waiting.get(bundlePath);
      if (one) await this.#try(one);
      return;
    }
    const all = Promise.all([...this.#waiting.values()].map((one) => this.#try(one)));
    const patience = new AbortController();
    const late = delay(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => {});
    await Promise.race([all, late]);
    patience.abort();
  }

  #try(one: Waiting): Promise<void> {
    clearTimeout(one.retry);
    one.retry = undefined;
    one.attempt ??= this.#attempt(one).finally(() => {
      one.attempt = undefined;
    });
    return one.attempt;
  }

  async #attempt(one: Waiting): Promise<void> {
    const { format, by, shim } = one.bundle;
    if (this.#waiting.get(shim.path) !== one) return; // it was taken over while this waited for its turn
    if (format > REGISTER_FORMAT) {
      one.failure = `it was registered by ${by || 'another version'}, in format ${format}; this one knows ${REGISTER_FORMAT}`;
      return;
    }
    try {
      await this.#adopt(one.bundle);
      this.#waiting.delete(shim.path);
    } catch (error) {
      one.failure = error instanceof Error ? error.message : String(error);
      if (isShortage(error)) this.#tryLater(one);
    }
  }

  /** Nobody may ask for it, and its containers have ends to be told. */
  #tryLater(one: Waiting): void {
    one.shortages += 1;
    if (one.shortages > MAX_SHORTAGES) return;
    one.retry = setTimeout(() => void this.#try(one), shortageMs(one.shortages));
  }
}
