import { setTimeout as delay } from 'node:timers/promises';
import type { AddSharedShimRequest, SharedShim as ListedShim } from '@shimwright/shim-api';
import { isListening, isRunning, listenPath, type ProcessIdentity, untilEnded } from '@shimwright/shim-host';
import { TtrpcError } from '@shimwright/ttrpc';
import { QuietCollection } from '../quiet-collection.ts';
import { Adoptions } from './adoptions.ts';
import { inScopeOf } from './member-scope.ts';
import type { RegisteredBundle } from './registered-process.ts';
import { SharedShim, type Surroundings } from './shared-shim.ts';

/** How long it waits for its first shim: whoever started it comes at once. */
const FIRST_GRACE_MS = 1_000;

/** How long a handover waits for containers that are just being made. */
const MAKING_MS = 30_000;
const POLL_MS = 10;

/** How long those who ask wait for a process that is there beside this one: one that hands over, or was killed, has nearly ended. */
const LEAVING_MS = 1_000;

/** How long a process that was killed may still listen. */
const DYING_MS = 200;

/** All shims of a shared process, by the paths of their bundles. */
export class SharedShims {
  readonly #around: Surroundings;
  readonly #graceMs: number;
  readonly #onIdle: () => void;
  readonly #shims = new Map<string, SharedShim>();
  readonly #adoptions: Adoptions;
  readonly #quiet = new QuietCollection();
  #timer: NodeJS.Timeout | undefined;
  #othersEnded: Promise<unknown> = Promise.resolve();
  #isEnding = false;

  /** @param onIdle called when there was no shim for `graceMs`; none can be added from then on. */
  constructor(around: Surroundings, graceMs: number, onIdle: () => void) {
    this.#around = around;
    this.#graceMs = graceMs;
    this.#onIdle = onIdle;
    this.#adoptions = new Adoptions((bundle) => this.#adopt(bundle));
    this.#look(Math.max(graceMs, FIRST_GRACE_MS));
  }

  /** All shims there are, and those of an earlier process that it could not go on with yet. */
  get listed(): ListedShim[] {
    return [...[...this.#shims.values()].map(({ listed }) => listed), ...this.#adoptions.listed];
  }

  /**
   * Adds a shim for a bundle; asked for the same again, it has nothing to do.
   *
   * @returns whether it was added.
   * @throws {TtrpcError} `UNAVAILABLE` when this process is about to end; `ALREADY_EXISTS` when the bundle has a shim;
   * `FAILED_PRECONDITION` when it has one of an earlier process that this one cannot go on with.
   */
  async add(request: AddSharedShimRequest): Promise<boolean> {
    const server = await this.#otherServer(request.path);
    if (server !== undefined) {
      throw TtrpcError.status('ALREADY_EXISTS', `process ${server} has the shim of ${request.path}`);
    }
    await this.adopted(request.path);
    if (this.#isEnding) throw TtrpcError.status('UNAVAILABLE', 'the process is about to end');
    const known = this.#shims.get(request.path);
    if (known && known.request.token === request.token) return false;
    if (known) throw TtrpcError.status('ALREADY_EXISTS', `${request.path} has a shim already`);
    const failure = this.#adoptions.failure(request.path);
    if (failure !== undefined) {
      const message = `${request.path} has a shim of an earlier process, and this one cannot go on with it: ${failure}`;
      throw TtrpcError.status('FAILED_PRECONDITION', message);
    }
    const shim = this.#take(this.#make(request));
    try {
      await inScopeOf(shim, () => shim.open());
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

  /** Begins to go on with what a process that is gone has registered, and with what one has that is there still once that has ended. */
  adopt(bundles: readonly RegisteredBundle[]): void {
    const { gone = [], serving = [] } = Object.groupBy(bundles, ({ shim: { server } }) =>
      isServing(server) ? 'serving' : 'gone',
    );
    this.#adoptions.begin(gone);
    const others = Object.values(Object.groupBy(serving, ({ shim: { server } }) => String(server.pid)));
    this.#othersEnded = Promise.all(others.map((ofOne = []) => this.#adoptAfter(ofOne)));
  }

  /**
   * Resolves when it is known whether this process goes on with a bundle that an earlier one served: what failed before is
   * tried again. Without a path, that of all; those for which it takes long are not waited for.
   */
  async adopted(bundlePath?: string): Promise<void> {
    if (bundlePath !== undefined) await this.#otherServer(bundlePath);
    else await Promise.race([this.#othersEnded, delay(LEAVING_MS, undefined, { ref: false })]);
    await this.#adoptions.settled(bundlePath);
    this.#look();
  }

  /**
   * Serves no bundle any more, and leaves all of them to the next process. What is being made is waited for, as a container
   * that is half made would be taken back.
   */
  async handOver(): Promise<void> {
    this.#isEnding = true;
    clearTimeout(this.#timer);
    await this.untilQuiet();
    for (const shim of this.#shims.values()) shim.close();
  }

  /** Resolves when no container is being made, or when that takes too long. */
  async untilQuiet(): Promise<void> {
    const deadline = Date.now() + MAKING_MS;
    const isMaking = () => [...this.#shims.values()].some((shim) => shim.isMaking);
    while (isMaking() && Date.now() < deadline) await delay(POLL_MS);
  }

  /**
   * Looks whether a bundle that is not served here is registered: by a process that was there beside this one, and may be gone
   * by now. @returns that process, while it serves it.
   */
  #lookAgain(bundlePath: string): number | undefined {
    if (this.#shims.has(bundlePath) || this.#adoptions.failure(bundlePath) !== undefined) return undefined;
    const found = this.#around.registry.bundle(bundlePath);
    if (!found) return undefined;
    const { server } = found.shim;
    if (server.pid !== process.pid && isServing(server)) return server.pid;
    this.#adoptions.begin([found]);
    return undefined;
  }

  /** The other process that serves a bundle. One that is just ending is waited for: a while, even if its socket is still there. */
  async #otherServer(bundlePath: string): Promise<number | undefined> {
    const server = this.#lookAgain(bundlePath);
    const found = server === undefined ? undefined : this.#around.registry.bundle(bundlePath);
    if (!found) return server;
    const isThere = await isListening(listenPath(found.shim.address));
    await untilEnded(found.shim.server, isThere ? DYING_MS : LEAVING_MS);
    return this.#lookAgain(bundlePath);
  }

  /** Never rejects: a bundle whose register cannot be read just now is looked at again when it is asked for. */
  async #adoptAfter(bundles: readonly RegisteredBundle[]): Promise<void> {
    try {
      for (const { shim } of bundles) {
        await untilEnded(shim.server);
        if (!this.#isEnding) this.#lookAgain(shim.path);
      }
    } catch (error) {
      this.#around.log(`cannot go on yet with what another process served: ${String(error)}`);
    }
  }

  async #adopt({ shim: { server: _, ...request }, processes }: RegisteredBundle): Promise<void> {
    const shim = this.#make(request);
    try {
      if (await inScopeOf(shim, () => shim.adopt(processes))) this.#take(shim);
      else shim.forget();
    } catch (error) {
      this.#around.log(`cannot adopt ${request.path}: ${String(error)}`);
      shim.close();
      throw error;
    }
  }

  #make(request: AddSharedShimRequest): SharedShim {
    const shim = new SharedShim(request, this.#around, {
      end: () => this.#leave(shim),
      // What is registered of it is all that is known for sure: the rest begins anew, as after the death of a process.
      failure: () => {
        this.#leave(shim);
        if (!this.#isEnding) this.#lookAgain(request.path);
      },
    });
    return shim;
  }

  #take(shim: SharedShim): SharedShim {
    this.#shims.set(shim.request.path, shim);
    this.#look();
    return shim;
  }

  #leave(shim: SharedShim): void {
    if (this.#shims.get(shim.request.path) === shim) this.#shims.delete(shim.request.path);
    this.#look();
  }

  #look(graceMs = this.#graceMs): void {
    this.#quiet.note();
    clearTimeout(this.#timer);
    if (this.#shims.size > 0 || this.#isEnding) return;
    this.#timer = setTimeout(() => {
      if (this.#adoptions.isBusy) {
        this.#look(); // one that takes long may still find something to go on with
        return;
      }
      this.#isEnding = true;
      this.#onIdle();
    }, graceMs);
  }
}

/** Whether another process serves what it has registered. A server that has become the keeper of this one serves no more. */
function isServing(server: ProcessIdentity): boolean {
  return server.pid !== process.ppid && isRunning(server);
}
