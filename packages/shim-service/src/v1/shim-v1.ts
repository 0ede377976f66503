import {
  type Any,
  type ProcessInfo,
  packAny,
  type ShimConfig,
  type ShimHandlers,
  type StateResponse,
} from '@shimwright/shim-api';
import {
  type Adopted,
  type Container,
  Containers,
  type IOKeeper,
  type Journal,
  TaskError,
  tellingJournal,
} from '@shimwright/task-core';
import { TtrpcError } from '@shimwright/ttrpc';
import { publishedEvent } from './event.ts';
import { checkpointRequest, createRequest, textOf } from './requests.ts';
import { withStatus } from './status.ts';

/** How a service does its work. */
export interface ShimServiceOptions {
  /** Called for each event, in order; a failure of it is the caller's own. */
  readonly publish: (topic: string, event: Any) => void;
  /** The OCI runtime where a request names none: a path or a name. @default `runc`, else `crun` */
  readonly runtime?: string;
  /** The absolute paths of the programs that `binary://` in stdio may start. @default none */
  readonly allowedLoggers?: readonly string[];
  /** Whether `/tasks/oom` is published; containerd 1.x does that by itself, for the containers of any shim. @default true */
  readonly oomEvents?: boolean;
}

/** The shim of one bundle, in this process. */
export interface ShimService {
  /** What answers the 16 calls. */
  readonly handlers: ShimHandlers;
  /** Kills and deletes the container, if there is one, and gives up all that belongs to it. */
  close(): Promise<void>;
}

/**
 * A shim for one container, with the states, answers and messages of containerd's own.
 *
 * @throws {TaskError} `ERR_TASK_SUBREAPER` unless this process is a subreaper, see `becomeSubreaper`.
 * @throws {NativeError} `ERR_NATIVE_PLATFORM` elsewhere than on Linux.
 */
export function createShimService(config: ShimConfig, options: ShimServiceOptions): ShimService {
  const journal = tellingJournal((event) => {
    const published = publishedEvent(event);
    if (published) options.publish(published.topic, published.event);
  });
  const { handlers, close } = createLastingService(config, options, journal);
  return { handlers, close };
}

/** A shim that another one can go on with, and that can be given up without its container. */
export interface LastingService extends ShimService {
  /** Goes on with the processes of an earlier shim. */
  adopt(processes: readonly Adopted[]): void;
  /** Takes back a container that is being made; resolves when nothing is left of it. */
  abandon(): Promise<void>;
  /** Gives up all that belongs to the shim, and leaves the container to itself. */
  release(): void;
}

/** A shim that notes in a journal what its successor has to know. @throws as {@link createShimService}. */
export function createLastingService(
  config: ShimConfig,
  options: Omit<ShimServiceOptions, 'publish'> & { readonly keeper?: IOKeeper | undefined },
  journal: Journal,
): LastingService {
  const { namespace } = config;
  const { allowedLoggers, oomEvents, keeper, runtime = '' } = options;
  const containers = new Containers({ namespace, journal, allowedLoggers, oomEvents, keeper });
  const bundle = new OneContainer(containers);
  return {
    handlers: withStatus(handlersOf(bundle, config, runtime)),
    adopt: (processes) => bundle.take(containers.adopt(processes)),
    abandon: () => containers.abandon(),
    close: () => containers.close(),
    release: () => containers.release(),
  };
}

/** The one container that a shim of runtime v1 has at a time, where an id is that of the container or of a process in it. */
class OneContainer {
  readonly containers: Containers;
  #container: Container | undefined;

  constructor(containers: Containers) {
    this.containers = containers;
  }

  take(container: Container | undefined): void {
    this.#container = container;
  }

  /** @throws {TaskError} `ERR_TASK_EXISTS` for one that is there, or is being made. */
  requireNone(): void {
    const [id] = this.containers.ids;
    if (id !== undefined) throw new TaskError('ERR_TASK_EXISTS', `id ${id}: already exists`, { id });
  }

  /** @throws {TaskError} `ERR_TASK_NOT_CREATED`. */
  get container(): Container {
    if (this.#container && !this.#container.isDeleted) return this.#container;
    throw new TaskError('ERR_TASK_NOT_CREATED', 'container must be created');
  }

  /** The container of a process, and the id of the process in it. @throws {TaskError} `ERR_TASK_NOT_FOUND`. */
  find(id: string): { readonly container: Container; readonly execId: string } {
    const container = this.#container;
    if (!container) throw new TaskError('ERR_TASK_NOT_FOUND', `process ${id} does not exist`, { id });
    return { container, execId: id === container.id ? '' : id };
  }
}

function handlersOf(bundle: OneContainer, config: ShimConfig, runtime: string): ShimHandlers {
  return {
    create: async (request, { signal }) => {
      bundle.requireNone();
      const container = await bundle.containers.create(createRequest(request, config, runtime), signal);
      bundle.take(container);
      return { pid: container.pid };
    },
    start: async ({ id }, { signal }) => {
      const { container, execId } = bundle.find(id);
      return { id, pid: await container.start(execId, signal) };
    },
    state: ({ id }) => {
      const { container, execId } = bundle.find(id);
      return stateResponse(id, container, execId);
    },
    delete: (_, { signal }) => bundle.container.delete('', signal),
    deleteProcess: ({ id }, { signal }) => {
      const { container, execId } = bundle.find(id);
      if (execId === '') {
        throw TtrpcError.status('INVALID_ARGUMENT', 'cannot delete init process with DeleteProcess');
      }
      return container.delete(execId, signal);
    },
    exec: ({ id, spec, terminal, stdin, stdout, stderr }) => {
      const { container } = bundle;
      const execId = id === container.id ? '' : id;
      container.exec({ execId, spec: textOf(spec), stdio: { stdin, stdout, stderr, terminal } });
      return {};
    },
    kill: async ({ id, signal: number, all }, { signal }) => {
      const { container, execId } = id === '' ? { container: bundle.container, execId: '' } : bundle.find(id);
      await container.kill(execId, { signal: number, all }, signal);
      return {};
    },
    pause: async (_, { signal }) => {
      await bundle.container.pause(signal);
      return {};
    },
    resume: async (_, { signal }) => {
      await bundle.container.resume(signal);
      return {};
    },
    update: async ({ resources }, { signal }) => {
      await bundle.container.update(textOf(resources), signal);
      return {};
    },
    checkpoint: async (request, { signal }) => {
      await bundle.container.checkpoint(checkpointRequest(request, config), signal);
      return {};
    },
    wait: async ({ id }, { signal }) => {
      const { container, execId } = bundle.find(id);
      const { exitStatus, exitedAt } = await container.wait(execId, signal);
      return { exitStatus, exitedAt };
    },
    listPids: async ({ id }, { signal }) => ({ processes: await listPids(bundle.container, id, signal) }),
    resizePty: ({ id, width, height }) => {
      if (id === '') throw TtrpcError.status('INVALID_ARGUMENT', 'id not provided: invalid argument');
      resize(bundle, id, { width, height });
      return {};
    },
    closeIO: ({ id }) => {
      const { container, execId } = bundle.find(id);
      container.closeIO(execId);
      return {};
    },
    shimInfo: () => ({ shimPid: process.pid }),
  };
}

function stateResponse(id: string, container: Container, execId: string): StateResponse {
  const { bundle, pid, status, exitStatus, exitedAt, stdio } = container.state(execId);
  return { id, bundle, pid, status, exitStatus, exitedAt, ...stdio };
}

async function listPids(container: Container, id: string, signal: AbortSignal): Promise<ProcessInfo[]> {
  const found = await container.pids(id, signal);
  return found.map(({ pid, execId }) => ({
    pid,
    info:
      execId === undefined
        ? undefined
        : packAny('containerd.linux.runc.ProcessDetails', { execId: execId || container.id }),
  }));
}

function resize(bundle: OneContainer, id: string, size: { width: number; height: number }): void {
  try {
    const { container, execId } = bundle.find(id);
    container.resize(execId, size);
  } catch (error) {
    const isMissing = error instanceof TaskError && error.code === 'ERR_TASK_NOT_FOUND';
    throw isMissing ? new Error(`process does not exist ${id}`) : error;
  }
}
