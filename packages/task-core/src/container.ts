import { constants } from 'node:os';
import path from 'node:path';
import type { Resources } from '@shimwright/oci-runtime';
import type { Adopted } from './adopted-process.ts';
import { ContainerHost } from './container-host.ts';
import type { ContainerProcess } from './container-process.ts';
import { readContainerSpec } from './container-spec.ts';
import type { TaskEnvironment } from './environment.ts';
import { messageOf, TaskError } from './errors.ts';
import { parseExactly } from './exact-json.ts';
import { ExecProcess } from './exec-process.ts';
import { InitProcess } from './init-process.ts';
import type {
  CheckpointRequest,
  CreateRequest,
  ExecRequest,
  KillRequest,
  ListedProcess,
  TaskState,
  TerminalSize,
} from './requests.ts';
import { isSlow, mountRootfs, unmountRootfs } from './rootfs.ts';
import { bounded } from './runtime-calls.ts';
import { noIO } from './stdio/process-io.ts';

const { SIGKILL } = constants.signals;

/** How a process ended that was deleted. */
export interface DeletedProcess {
  /** The id it had on the host; 0 for one that was never made. */
  readonly pid: number;
  /** Its status; 0 for one that was never made. */
  readonly exitStatus: number;
  /** When it ended; `NEVER` for one that was never made. */
  readonly exitedAt: TaskState['exitedAt'];
}

/** A container with its processes, whose ids are empty for the first one. */
export class Container {
  readonly #host: ContainerHost;

  /**
   * Makes a container.
   *
   * @throws {TaskError} `ERR_TASK_MOUNT`, `ERR_TASK_STDIO`, `ERR_TASK_CONSOLE`, `ERR_TASK_RUNTIME`, `ERR_TASK_TIMEOUT`;
   * then nothing is left of it.
   */
  static async create(
    request: CreateRequest,
    environment: TaskEnvironment,
    signal: AbortSignal,
  ): Promise<Container> {
    const { bundle, runtime } = request;
    const rootfs = request.rootfs.length > 0 ? path.join(bundle, 'rootfs') : '';
    const { sharesPids, root } = readContainerSpec(bundle);
    const owner = request.owner ?? root;
    const isSlowToUnmount = request.rootfs.some(isSlow);
    const facts = { bundle, rootfs, isSlowToUnmount, runtime, sharesPids, owner };
    const container = new Container(new ContainerHost(request.id, facts, environment));
    try {
      await mountRootfs(request.rootfs, rootfs);
      await container.#create(request, signal);
      return container;
    } catch (error) {
      await unmountRootfs(rootfs, isSlowToUnmount).catch(() => {}); // the first error is what matters
      throw error;
    }
  }

  /** Goes on with a container of an earlier shim; undefined where there is none among these processes. */
  static adopt(processes: readonly Adopted[], environment: TaskEnvironment): Container | undefined {
    const first = processes.find(({ record }) => record.container);
    if (!first?.record.container) return undefined;
    const { containerId, container: facts } = first.record;
    const host = new ContainerHost(containerId, facts, environment);
    adoptInit(first, host);
    for (const { record, known, io } of processes) {
      if (!record.exec) continue;
      const { execId, stdio, exec } = record;
      const process = new ExecProcess({ execId, stdio, spec: exec.spec }, host, {
        io,
        isStarted: exec.isStarted,
      });
      host.processes.set(execId, process);
      process.adopt(known);
    }
    return new Container(host);
  }

  private constructor(host: ContainerHost) {
    this.#host = host;
  }

  /** Its id. */
  get id(): string {
    return this.#host.containerId;
  }

  /** The id of its first process on the host; 0 before that is made. */
  get pid(): number {
    return this.#host.init?.pid ?? 0;
  }

  /** Whether it was deleted; further processes of it may be there to be deleted still. */
  get isDeleted(): boolean {
    return !this.#host.processes.has('');
  }

  /** Whether nothing is left of it. */
  get isEmpty(): boolean {
    return this.#host.processes.size === 0;
  }

  /** Starts a process. @returns its id on the host. */
  async start(execId: string, signal?: AbortSignal): Promise<number> {
    const found = this.#process(execId);
    await found.start(signal);
    if (found === this.#host.init) this.#host.watchOom(found);
    return found.pid;
  }

  /** What is known of a process. */
  state(execId: string): TaskState {
    return this.#stateOf(this.#process(execId));
  }

  /** Deletes a process; with the first one, the container. */
  async delete(execId: string, signal?: AbortSignal): Promise<DeletedProcess> {
    const found = this.#process(execId);
    await found.delete(signal);
    this.#host.forget(found);
    const { pid, exitStatus, exitedAt } = found;
    const { id: containerId } = this;
    this.#host.tell({ type: 'delete', containerId, execId, pid, exitStatus, exitedAt });
    return { pid, exitStatus, exitedAt };
  }

  /** Adds a process, which is still to be started. */
  exec(request: ExecRequest): void {
    const { execId } = request;
    if (this.#host.processes.has(execId)) {
      throw new TaskError('ERR_TASK_EXISTS', `id ${execId || this.id}: already exists`, { id: execId });
    }
    this.#created().requireExec();
    const exec = new ExecProcess(request, this.#host);
    this.#host.processes.set(execId, exec);
    this.#host.tell({ type: 'exec-added', containerId: this.id, execId }, exec.record);
  }

  /**
   * Signals a process, or all of the container's. SIGKILL of the first one waits for nothing that is being done.
   *
   * @throws {TaskError} `ERR_TASK_NOT_FOUND`, `ERR_TASK_FINISHED`, `ERR_TASK_NOT_CREATED`, `ERR_TASK_SIGNAL`, `ERR_TASK_RUNTIME`.
   */
  async kill(execId: string, request: KillRequest, signal?: AbortSignal): Promise<void> {
    await this.#process(execId).kill(request, signal);
  }

  /** Freezes all processes. @throws {TaskError} `ERR_TASK_NOT_CREATED`, `ERR_TASK_STATE`, `ERR_TASK_RUNTIME`. */
  async pause(signal?: AbortSignal): Promise<void> {
    await this.#created().pause(signal);
  }

  /** Lets them go on. @throws {TaskError} as `pause`. */
  async resume(signal?: AbortSignal): Promise<void> {
    await this.#created().resume(signal);
  }

  /**
   * Changes the limits of the container.
   *
   * @param resources as the OCI specification has them, in JSON: each number reaches the runtime as it is here.
   * @throws {TaskError} as `pause`; `ERR_TASK_ARGUMENT` for what is no JSON.
   */
  async update(resources: string, signal?: AbortSignal): Promise<void> {
    await this.#created().update(resourcesIn(resources), signal);
  }

  /** Saves the state of the container. @throws {TaskError} as `pause`, with CRIU's log as its `path`. */
  async checkpoint(request: CheckpointRequest, signal?: AbortSignal): Promise<void> {
    await this.#created().checkpoint(request, signal);
  }

  /** Resolves when a process has ended; `state` then has its status. */
  async wait(execId: string, signal?: AbortSignal): Promise<TaskState> {
    const found = this.#process(execId);
    await found.ended(signal);
    return this.#stateOf(found);
  }

  /** The processes that the OCI runtime finds in it. @param id of the container, as whoever asks believes it to be. */
  async pids(id = this.id, signal?: AbortSignal): Promise<ListedProcess[]> {
    this.#created();
    const call = {
      doing: 'OCI runtime ps failed',
      limit: 'asking',
      signals: [signal, this.#host.endSignal],
    } as const;
    const pids = await bounded(call, (limited) => this.#host.runtime.ps(id, { signal: limited }));
    const known = new Map([...this.#host.processes.values()].map(({ pid, execId }) => [pid, execId]));
    return pids.map((pid) => ({ pid, execId: known.get(pid) }));
  }

  /** Sets the size of a process's terminal; nothing for one without. @throws {TaskError} `ERR_TASK_NOT_FOUND`, `ERR_TASK_STATE`. */
  resize(execId: string, size: TerminalSize): void {
    this.#process(execId).resize(size);
  }

  /** Closes the input of a process, or lets it have none when it is started. */
  closeIO(execId: string): void {
    this.#process(execId).closeStdin();
  }

  /** Kills and deletes it, and gives up all that belongs to it. @throws what kept it from that; all was tried. */
  async destroy(): Promise<void> {
    this.#host.cutShort();
    try {
      if (!this.isDeleted) await this.#host.init?.destroy();
    } finally {
      for (const other of this.#host.processes.values()) await this.#giveUp(other);
    }
  }

  /** Gives up its stdio and its watches, and leaves it to itself. */
  release(): void {
    this.#host.release();
  }

  async #create(request: CreateRequest, signal: AbortSignal): Promise<void> {
    const { bundle, stdio, rootfs, restore } = request;
    const io = await this.#host.openIO(stdio, '');
    const { noPivotRoot: noPivot = false, noNewKeyring = false } = request;
    const init = new InitProcess(
      { stdio, io, facts: this.#host.facts, noPivot, noNewKeyring, restore },
      this.#host,
    );
    // Known before it is made: it could end before the runtime has said that it is there.
    this.#host.take(init);
    this.#host.save(init.record);
    try {
      await init.create(signal);
    } catch (error) {
      this.#host.forget(init);
      this.#host.disown();
      if (init.pid !== 0) await init.destroy().catch(() => {}); // the first error is what matters
      io.close();
      throw error;
    }
    this.#host.watchOom(init);
    const { id: containerId } = this;
    const checkpoint = restore?.imagePath ?? '';
    const event = { type: 'create', containerId, bundle, rootfs, stdio, checkpoint, pid: init.pid } as const;
    this.#host.tell(event, init.record);
  }

  async #giveUp(other: ContainerProcess): Promise<void> {
    if (other !== this.#host.init && other.pid !== 0 && !other.hasEnded) {
      await other.kill({ signal: SIGKILL }).catch(() => {}); // it may have ended
      await other.ended();
    }
    if (other !== this.#host.init) await other.delete().catch(() => {}); // somebody else has, just now
    this.#host.forget(other);
  }

  #stateOf({ execId, pid, status, exitStatus, exitedAt, stdio }: ContainerProcess): TaskState {
    const { bundle } = this.#host.facts;
    return { id: this.id, execId, bundle, pid, status, stdio, exitStatus, exitedAt };
  }

  #created(): InitProcess {
    if (this.#host.init && !this.isDeleted) return this.#host.init;
    throw new TaskError('ERR_TASK_NOT_CREATED', 'container must be created', { id: this.id });
  }

  #process(execId: string): ContainerProcess {
    const found = this.#host.processes.get(execId);
    if (found) return found;
    const id = execId || this.id;
    throw new TaskError('ERR_TASK_NOT_FOUND', `process ${id} does not exist`, { id });
  }
}

function adoptInit({ record, known, io = noIO }: Adopted, host: ContainerHost): void {
  const { stdio } = record;
  const options = { stdio, io, facts: host.facts, noPivot: false, noNewKeyring: false, restore: undefined };
  const init = new InitProcess(options, host);
  host.take(init);
  init.adopt(known);
  host.watchOom(init);
}

function resourcesIn(json: string): Resources {
  try {
    return parseExactly(json) as Resources;
  } catch (cause) {
    throw new TaskError('ERR_TASK_ARGUMENT', `no JSON: ${messageOf(cause)}`, { cause });
  }
}
