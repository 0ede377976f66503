import { startThreads } from '@shimwright/linux-native';
import type { Adopted } from './adopted-process.ts';
import { Container } from './container.ts';
import type { TaskEnvironment } from './environment.ts';
import { TaskError } from './errors.ts';
import { requireSubreaper } from './exits/subreaper.ts';
import type { CreateRequest } from './requests.ts';

/** A container that is being made. */
interface Creation {
  /** Resolves when it is there, or nothing is left of it. */
  readonly settled: Promise<unknown>;
  /** Takes it back. */
  readonly end: AbortController;
}

/** The containers of one shim, by their ids. */
export class Containers {
  readonly #environment: TaskEnvironment;
  readonly #containers = new Map<string, Container>();
  readonly #creations = new Map<string, Creation>();
  readonly #closing = new AbortController();

  /** @throws {TaskError} `ERR_TASK_SUBREAPER` unless this process is a subreaper, see `becomeSubreaper`. */
  constructor(environment: TaskEnvironment) {
    requireSubreaper();
    startThreads();
    this.#environment = environment;
  }

  /** The ids of all that are there or being made; those that were deleted are not. */
  get ids(): string[] {
    const made = [...this.#containers.values()].filter(({ isDeleted }) => !isDeleted);
    return [...this.#creations.keys(), ...made.map((made) => made.id)];
  }

  /**
   * Makes a container. Aborted, it leaves nothing.
   *
   * @throws {TaskError} `ERR_TASK_EXISTS`, and as `Container.create` does.
   */
  async create(request: CreateRequest, signal?: AbortSignal): Promise<Container> {
    const { id } = request;
    if (this.ids.includes(id)) throw new TaskError('ERR_TASK_EXISTS', `id ${id}: already exists`, { id });
    const end = new AbortController();
    const signals = [this.#closing.signal, end.signal, ...(signal ? [signal] : [])];
    const either = AbortSignal.any(signals);
    either.throwIfAborted();
    this.#sweep();
    const creation = Container.create(request, this.#environment, either);
    this.#creations.set(id, { end, settled: creation.catch(() => {}) });
    try {
      const container = await creation;
      this.#containers.set(id, container);
      return container;
    } finally {
      this.#creations.delete(id);
    }
  }

  /**
   * A container. One that is being made is not there yet, and may never be: nobody is to wait for it.
   *
   * @throws {TaskError} `ERR_TASK_NOT_FOUND`.
   */
  get(id: string): Container {
    const found = this.#containers.get(id);
    if (found && !found.isEmpty) return found;
    throw new TaskError('ERR_TASK_NOT_FOUND', `container ${id} does not exist`, { id });
  }

  /** Goes on with the container of an earlier shim. */
  adopt(processes: readonly Adopted[]): Container | undefined {
    const container = Container.adopt(processes, this.#environment);
    if (container) this.#containers.set(container.id, container);
    return container;
  }

  /**
   * Kills and deletes one of them whatever its state, and takes back one that is being made; nothing for one that is not there.
   *
   * @throws what kept it from that; all was tried.
   */
  async destroy(id: string): Promise<void> {
    const creation = this.#creations.get(id);
    creation?.end.abort(new Error(`${id} was given up`));
    await creation?.settled;
    const found = this.#containers.get(id);
    try {
      await found?.destroy();
    } finally {
      if (this.#containers.get(id) === found) this.#containers.delete(id);
    }
  }

  /** Takes back what is being made; resolves when nothing is left of that. From then on, nothing is made any more. */
  async abandon(): Promise<void> {
    this.#closing.abort(new Error('the shim was closed'));
    await Promise.all([...this.#creations.values()].map(({ settled }) => settled));
  }

  /** Kills and deletes all of them. @throws what kept one of them from that; all was tried. */
  async close(): Promise<void> {
    await this.abandon();
    const ends = await Promise.allSettled([...this.#containers.values()].map((one) => one.destroy()));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** Gives up what belongs to this process, and leaves the containers to themselves. */
  release(): void {
    for (const container of this.#containers.values()) container.release();
  }

  /** Forgets those of which nothing is left. */
  #sweep(): void {
    for (const [id, container] of this.#containers) if (container.isEmpty) this.#containers.delete(id);
  }
}
