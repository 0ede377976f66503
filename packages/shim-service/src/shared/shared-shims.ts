import type { AddSharedShimRequest, SharedShim as ListedShim } from '@shimwright/shim-api';
import { isRunning } from '@shimwright/shim-host';
import { TtrpcError } from '@shimwright/ttrpc';
import type { RegisteredBundle } from './registry.ts';
import { SharedShim, type Surroundings } from './shared-shim.ts';

/** How many bundles are adopted at a time: each may need a run of the OCI runtime. */
const ADOPTED_AT_ONCE = 4;

/** How long it waits for its first shim: whoever started it comes at once. */
const FIRST_GRACE_MS = 1_000;

/** All shims of a shared process, by the paths of their bundles. */
export class SharedShims {
  readonly #around: Surroundings;
  readonly #graceMs: number;
  readonly #onIdle: () => void;
  readonly #shims = new Map<string, SharedShim>();
  #timer: NodeJS.Timeout | undefined;
  #isEnding = false;

  /** @param onIdle called when there was no shim for `graceMs`; none can be added from then on. */
  constructor(around: Surroundings, graceMs: number, onIdle: () => void) {
    this.#around = around;
    this.#graceMs = graceMs;
    this.#onIdle = onIdle;
    this.#look(Math.max(graceMs, FIRST_GRACE_MS));
  }

  /** All shims there are. */
  get listed(): ListedShim[] {
    return [...this.#shims.values()].map(({ listed }) => listed);
  }

  /**
   * Adds a shim for a bundle; asked for the same again, it has nothing to do.
   *
   * @returns whether it was added.
   * @throws {TtrpcError} `UNAVAILABLE` when this process is about to end; `ALREADY_EXISTS` when the bundle has a shim.
   */
  async add(request: AddSharedShimRequest): Promise<boolean> {
    if (this.#isEnding) throw TtrpcError.status('UNAVAILABLE', 'the process is about to end');
    const known = this.#shims.get(request.path);
    if (known && known.request.token === request.token) return false;
    if (known) throw TtrpcError.status('ALREADY_EXISTS', `${request.path} has a shim already`);
    const shim = this.#take(request);
    try {
      await shim.open();
      return true;
    } catch (error) {
      shim.undo();
      this.#leave(shim);
      throw error;
    }
  }

  /** Removes a shim and leaves its container to itself. @throws {TtrpcError} `NOT_FOUND`. */
  remove(bundlePath: string): void {
    const shim = this.#shims.get(bundlePath);
    if (!shim) throw TtrpcError.status('NOT_FOUND', `${bundlePath} has no shim here`);
    shim.end();
    this.#leave(shim);
  }

  /** Undoes an addition, if that is what the bundle's shim comes from. */
  undo({ path, token }: AddSharedShimRequest): void {
    const shim = this.#shims.get(path);
    if (shim?.request.token !== token) return;
    shim.undo();
    this.#leave(shim);
  }

  /** Goes on with what a process that is gone has registered. */
  async adopt(bundles: readonly RegisteredBundle[]): Promise<void> {
    const waiting = bundles.filter(({ shim }) => !isRunning(shim.server));
    const adoptNext = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) await this.#adopt(next);
    };
    await Promise.all(Array.from({ length: ADOPTED_AT_ONCE }, adoptNext));
  }

  async #adopt({ shim: { server: _, ...request }, processes }: RegisteredBundle): Promise<void> {
    const shim = this.#take(request);
    try {
      if (await shim.adopt(processes)) return;
      shim.end();
    } catch (error) {
      this.#around.log(`cannot adopt ${request.path}: ${String(error)}`);
      shim.close();
    }
    this.#leave(shim);
  }

  #take(request: AddSharedShimRequest): SharedShim {
    const shim = new SharedShim(request, this.#around, () => this.#leave(shim));
    this.#shims.set(request.path, shim);
    this.#look();
    return shim;
  }

  #leave(shim: SharedShim): void {
    if (this.#shims.get(shim.request.path) === shim) this.#shims.delete(shim.request.path);
    this.#look();
  }

  #look(graceMs = this.#graceMs): void {
    clearTimeout(this.#timer);
    if (this.#shims.size > 0) return;
    this.#timer = setTimeout(() => {
      this.#isEnding = true;
      this.#onIdle();
    }, graceMs);
  }
}
