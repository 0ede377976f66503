import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { mount, unmountAll } from '@shimwright/linux-native';
import { OciRuntime, type ProcessSpec, type Resources } from '@shimwright/oci-runtime';
import {
  type Any,
  type CreateTaskRequest,
  type ProcessInfo,
  packAny,
  type RuncCheckpointOptions,
  type RuncCreateOptions,
  type ShimConfig,
  type ShimHandlers,
  taskTopics,
  unpackAny,
} from '@shimwright/shim-api';
import { TtrpcError } from '@shimwright/ttrpc';
import type { AdoptedProcess } from './adopted-process.ts';
import type { ContainerProcess } from './container-process.ts';
import { type ExecParent, ExecProcess } from './exec-process.ts';
import { InitProcess } from './init-process.ts';
import { type ContainerRecord, type Journal, noJournal, type ProcessRecord } from './journal.ts';
import { NEVER } from './moment.ts';
import { memoryCgroupOf, NO_OOM_WATCH, type OomWatch, watchOom } from './oom-watch.ts';
import { type IOOwner, openPipeIO } from './pipe-io.ts';
import type { ProcessExit } from './process-exit.ts';
import { noIO, type ProcessIO } from './process-io.ts';
import { spawnRuntime } from './spawn-runtime.ts';
import type { StdioPaths } from './stdio-paths.ts';
import { requireSubreaper } from './subreaper.ts';
import { openTerminalIO } from './terminal-io.ts';

const { SIGKILL } = constants.signals;

// One step of runc waits for the other: with a single thread for Go's code it takes a twentieth less time.
const RUNTIME_ENV = { GOMAXPROCS: '1' };

const DEFAULT_RUNTIME_ROOT = '/run/containerd/runc';

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
 * @throws {ShimServiceError} `ERR_SHIM_SUBREAPER` unless this process is a subreaper, see `becomeSubreaper`.
 * @throws {NativeError} `ERR_NATIVE_PLATFORM` elsewhere than on Linux.
 */
export function createShimService(config: ShimConfig, options: ShimServiceOptions): ShimService {
  requireSubreaper();
  const container = new Container(config, options, noJournal(options.publish));
  return { handlers: container.handlers, close: () => container.close() };
}

/** A process of an earlier shim: what that one knew of it, what became of it, and its stdio taken up again. */
export interface Adopted {
  readonly record: ProcessRecord;
  readonly known: AdoptedProcess;
  readonly io: ProcessIO | undefined;
}

/** A shim that another one can go on with, and that can be given up without its container. */
export interface LastingService extends ShimService {
  /** Goes on with the processes of an earlier shim. */
  adopt(processes: readonly Adopted[]): void;
  /** The OCI runtime that knows the container, as a request has named it. */
  runtime(name: string): OciRuntime;
  /** Takes back a container that is being made; resolves when nothing is left of it. */
  abandon(): Promise<void>;
  /** Gives up all that belongs to the shim, and leaves the container to itself. */
  release(): void;
}

/** A shim that notes in a journal what its successor has to know. @throws as {@link createShimService}. */
export function createLastingService(
  config: ShimConfig,
  options: Omit<ShimServiceOptions, 'publish'>,
  journal: Journal,
): LastingService {
  requireSubreaper();
  return new Container(config, options, journal);
}

class Container implements LastingService {
  readonly handlers: ShimHandlers;
  readonly #config: ShimConfig;
  readonly #options: Omit<ShimServiceOptions, 'publish'>;
  readonly #journal: Journal;
  readonly #processes = new Map<string, ContainerProcess>();
  #init: InitProcess | undefined;
  #bundle = '';
  #owner: IOOwner | undefined;
  #oom: OomWatch = NO_OOM_WATCH;
  readonly #closing = new AbortController();
  #creation: Promise<unknown> = Promise.resolve();
  #creating: string | undefined;

  constructor(config: ShimConfig, options: Omit<ShimServiceOptions, 'publish'>, journal: Journal) {
    this.#config = config;
    this.#options = options;
    this.#journal = journal;
    this.handlers = this.#handlers();
  }

  #handlers(): ShimHandlers {
    return {
      create: (request, { signal }) => {
        this.#requireNone();
        const creation = this.#create(request, AbortSignal.any([signal, this.#closing.signal]));
        this.#creating = request.id;
        const done = () => {
          this.#creating = undefined;
        };
        this.#creation = creation.then(done, done);
        return creation;
      },
      start: async ({ id }) => {
        const found = this.#process(id);
        await found.start();
        if (found === this.#init) this.#watchOom(found);
        return { id: found.id, pid: found.pid };
      },
      state: ({ id }) => this.#state(this.#process(id)),
      delete: async () => {
        const init = this.#created();
        await init.delete();
        this.#forget(init.id);
        return deleted(init);
      },
      deleteProcess: async ({ id }) => {
        if (id === this.#init?.id) {
          throw TtrpcError.status('INVALID_ARGUMENT', 'cannot delete init process with DeleteProcess');
        }
        const found = this.#process(id);
        await found.delete();
        this.#forget(id);
        return deleted(found);
      },
      exec: ({ id, spec, terminal, stdin, stdout, stderr }) => {
        this.#exec(id, { stdin, stdout, stderr, terminal }, spec);
        return {};
      },
      kill: async ({ id, signal, all }) => {
        await (id === '' ? this.#created() : this.#process(id)).kill(signal, all);
        return {};
      },
      pause: async () => {
        await this.#created().pause();
        return {};
      },
      resume: async () => {
        await this.#created().resume();
        return {};
      },
      update: async ({ resources }) => {
        await this.#created().update(jsonOf<Resources>(resources));
        return {};
      },
      checkpoint: async (request) => {
        await this.#checkpoint(request.path, request.options);
        return {};
      },
      wait: async ({ id }) => {
        const found = this.#process(id);
        await found.ended;
        return { exitStatus: found.exitStatus, exitedAt: found.exitedAt };
      },
      listPids: async ({ id }) => ({ processes: await this.#listPids(id) }),
      resizePty: ({ id, width, height }) => {
        if (id === '') throw TtrpcError.status('INVALID_ARGUMENT', 'id not provided: invalid argument');
        const found = this.#processes.get(id);
        if (!found) throw new Error(`process does not exist ${id}`);
        found.resize({ width, height });
        return {};
      },
      closeIO: ({ id }) => {
        const found = this.#process(id);
        found.closeStdin();
        this.#journal.save(found.record);
        return {};
      },
      shimInfo: () => ({ shimPid: process.pid }),
    };
  }

  async abandon(): Promise<void> {
    this.#closing.abort(new Error('the shim was closed'));
    await this.#creation;
  }

  async close(): Promise<void> {
    await this.abandon();
    const init = this.#init;
    try {
      if (init && this.#processes.has(init.id)) await init.destroy();
    } finally {
      for (const other of this.#processes.values()) await this.#giveUp(other);
    }
  }

  async #giveUp(other: ContainerProcess): Promise<void> {
    if (other !== this.#init && other.pid !== 0) {
      await other.kill(SIGKILL, false).catch(() => {}); // it may have ended
      await other.ended;
    }
    if (other !== this.#init) await other.delete();
    this.#forget(other.id);
  }

  adopt(processes: readonly Adopted[]): void {
    const first = processes.find(({ record }) => record.container);
    if (!first?.record.container) return;
    this.#adoptInit(first, first.record.container);
    for (const { record, known, io } of processes) {
      if (!record.exec) continue;
      const exec = new ExecProcess(record.id, record.stdio, record.exec.spec, this.#execParent(), io);
      this.#processes.set(record.id, exec);
      exec.adopt(known, (exit) => this.#onExit(exec, exit));
    }
  }

  release(): void {
    this.#oom.close();
    for (const known of this.#processes.values()) known.release();
  }

  /** There is one container at a time, and one that is being made is one. */
  #requireNone(): void {
    const id =
      this.#creating ?? (this.#init && this.#processes.has(this.#init.id) ? this.#init.id : undefined);
    if (id !== undefined) throw TtrpcError.status('ALREADY_EXISTS', `id ${id}: already exists`);
  }

  async #create(request: CreateTaskRequest, signal: AbortSignal): Promise<{ pid: number }> {
    const rootfs = request.rootfs.length > 0 ? path.join(request.bundle, 'rootfs') : '';
    try {
      mountRootfs(request, rootfs);
      const init = await this.#makeInit(request, rootfs, signal);
      return { pid: init.pid };
    } catch (error) {
      unmountAll(rootfs);
      throw error;
    }
  }

  async #makeInit(request: CreateTaskRequest, rootfs: string, signal: AbortSignal): Promise<InitProcess> {
    const { id, bundle, terminal, stdin, stdout, stderr, checkpoint, parentCheckpoint } = request;
    const options = createOptions(request.options);
    const { ioUid = 0, ioGid = 0 } = options;
    this.#owner = ioUid === 0 && ioGid === 0 ? undefined : { uid: ioUid, gid: ioGid };
    const stdio = { stdin, stdout, stderr, terminal };
    const io = await this.#openIO(stdio, id);
    const facts = { bundle, rootfs, runtime: request.runtime, owner: this.#owner };
    const init = new InitProcess({
      ...{ id, bundle, stdio, rootfs, io, facts },
      runtime: this.runtime(request.runtime),
      noPivot: options.noPivotRoot ?? false,
      noNewKeyring: options.noNewKeyring ?? false,
      restore:
        checkpoint === ''
          ? undefined
          : {
              imagePath: checkpoint,
              workPath: options.criuWorkPath || this.#config.workDir,
              ...(parentCheckpoint === '' ? {} : { parentPath: parentCheckpoint }),
            },
      onExit: (ended, exit) => this.#onExit(ended, exit),
    });
    // Known before it is made: it could end before the runtime has said that it is there.
    this.#init = init;
    this.#bundle = bundle;
    this.#processes.set(id, init);
    this.#journal.save(init.record);
    try {
      await init.create(signal);
      this.#watchOom(init);
      this.#journal.save(init.record);
      return init;
    } catch (error) {
      this.#init = undefined;
      this.#forget(id);
      if (init.pid !== 0) await init.destroy().catch(() => {}); // the first error is what matters
      io.close();
      throw error;
    }
  }

  #exec(id: string, stdio: StdioPaths, spec: Any | undefined): void {
    if (this.#processes.has(id)) throw TtrpcError.status('ALREADY_EXISTS', `id ${id}: already exists`);
    this.#created().requireExec();
    const exec = new ExecProcess(id, stdio, jsonOf<ProcessSpec>(spec), this.#execParent());
    this.#processes.set(id, exec);
    this.#journal.save(exec.record);
  }

  #execParent(): ExecParent {
    const init = this.#created();
    return {
      containerId: init.id,
      runtime: init.runtime,
      get status() {
        return init.status;
      },
      openIO: (paths) => this.#openIO(paths, init.id),
      endSignal: init.endSignal,
      onExit: (ended, exit) => this.#onExit(ended, exit),
      save: (changed) => this.#journal.save(changed.record),
    };
  }

  #adoptInit({ record, known, io = noIO }: Adopted, facts: ContainerRecord): void {
    const { id, stdio } = record;
    this.#owner = facts.owner;
    this.#bundle = facts.bundle;
    this.#init = new InitProcess({
      ...{ id, stdio, io, facts },
      ...{ bundle: facts.bundle, rootfs: facts.rootfs, runtime: this.runtime(facts.runtime) },
      ...{ noPivot: false, noNewKeyring: false, restore: undefined },
      onExit: (ended, exit) => this.#onExit(ended, exit),
    });
    const init = this.#init;
    this.#processes.set(id, init);
    init.adopt(known, (exit) => this.#onExit(init, exit));
    this.#watchOom(init);
  }

  #forget(id: string): void {
    this.#processes.delete(id);
    this.#journal.forget(id);
  }

  async #onExit(ended: ContainerProcess, exit: ProcessExit): Promise<void> {
    const { id, pid } = ended;
    if (this.#processes.get(id) !== ended) return; // nobody knows of it
    const containerId = this.#init?.id ?? id;
    const exited = { containerId, id, pid, exitStatus: exit.status, exitedAt: exit.exitedAt };
    const event = packAny('containerd.events.TaskExit', exited);
    const publish = this.#journal.exited(ended.record, taskTopics.exit, event);
    if (ended === this.#init) this.#oom.close(); // what ended it is told first
    if (ended === this.#init && sharesPids(this.#bundle)) {
      await this.#init.killAll().catch(() => {}); // there may be nobody left
    }
    // After those who wait are told, as the stock shim does.
    void ended.ended.then(publish);
  }

  /** From before the first program of the container runs; one that is restored has its process only then. */
  #watchOom({ id: containerId, pid, hasEnded }: ContainerProcess): void {
    if (this.#options.oomEvents === false || this.#oom !== NO_OOM_WATCH || pid === 0 || hasEnded) return;
    // Made when it is needed: it would hold 64 KiB of Node's memory for buffers until then.
    const publish = () =>
      this.#journal.publish(taskTopics.oom, packAny('containerd.events.TaskOOM', { containerId }));
    try {
      const cgroup = memoryCgroupOf(pid);
      if (cgroup) this.#oom = watchOom(cgroup, publish);
    } catch {
      // A container without limits that can be watched is a container still.
    }
  }

  #state(found: ContainerProcess) {
    const { id, pid, status, exitStatus, exitedAt, stdio } = found;
    return { id, bundle: this.#bundle, pid, status, exitStatus, exitedAt, ...stdio };
  }

  async #listPids(id: string): Promise<ProcessInfo[]> {
    const pids = await this.#created().runtime.ps(id);
    return pids.map((pid) => ({ pid, info: this.#details(pid) }));
  }

  #details(pid: number): Any | undefined {
    for (const { id, pid: known } of this.#processes.values()) {
      if (known === pid) return packAny('containerd.linux.runc.ProcessDetails', { execId: id });
    }
    return undefined;
  }

  async #checkpoint(imagePath: string, packed: Any | undefined): Promise<void> {
    const options = checkpointOptions(packed);
    await this.#created().checkpoint({
      imagePath,
      workPath: options.workPath || path.join(this.#config.workDir, 'criu-work'),
      keepWork: Boolean(options.workPath),
      leaveRunning: !options.exit,
      tcpEstablished: options.openTcp ?? false,
      externalUnixSockets: options.externalUnixSockets ?? false,
      shellJob: options.terminal ?? false,
      fileLocks: options.fileLocks ?? false,
      emptyNamespaces: options.emptyNamespaces ?? [],
    });
  }

  async #openIO(stdio: StdioPaths, id: string): Promise<ProcessIO> {
    const { namespace } = this.#config;
    const options = { id, namespace, allowedLoggers: this.#options.allowedLoggers ?? [] };
    return stdio.terminal ? openTerminalIO(stdio, options) : openPipeIO(stdio, this.#owner, options);
  }

  runtime(name: string): OciRuntime {
    const { namespace, runtimeRoot, systemdCgroup, criu, path: bundle } = this.#config;
    return new OciRuntime({
      command: name || this.#options.runtime,
      root: path.join(runtimeRoot || DEFAULT_RUNTIME_ROOT, namespace),
      systemdCgroup,
      criu: criu || undefined,
      log: path.join(bundle, 'log.json'),
      spawn: spawnRuntime,
      // What a shim that is killed meanwhile leaves there goes with the bundle.
      tempDir: existsSync(bundle) ? bundle : undefined,
      env: RUNTIME_ENV,
    });
  }

  #created(): InitProcess {
    const init = this.#init;
    if (init && init.id !== this.#creating && this.#processes.has(init.id)) return init;
    throw TtrpcError.status('FAILED_PRECONDITION', 'container must be created: failed precondition');
  }

  /** One that is being made is not there yet, and may never be: nobody is to wait for it. */
  #process(id: string): ContainerProcess {
    const found = id === this.#creating ? undefined : this.#processes.get(id);
    if (found) return found;
    throw TtrpcError.status('NOT_FOUND', `process ${id} does not exist: not found`);
  }
}

function mountRootfs({ rootfs: mounts }: CreateTaskRequest, target: string): void {
  if (target === '') return;
  mkdirSync(target, { recursive: true, mode: 0o711 });
  for (const { type, source, options } of mounts) {
    try {
      mount({ type, source, target, options });
    } catch (cause) {
      throw new Error(`failed to mount rootfs component ${source}: ${messageOf(cause)}`, { cause });
    }
  }
}

function createOptions(packed: Any | undefined): Partial<RuncCreateOptions> {
  if (!packed) return {};
  const { type, message } = unpackAny(packed);
  if (type === 'containerd.linux.runc.CreateOptions') return message;
  throw TtrpcError.status('INVALID_ARGUMENT', `options of ${type} are not for Create`);
}

function checkpointOptions(packed: Any | undefined): Partial<RuncCheckpointOptions> {
  if (!packed) return {};
  const { type, message } = unpackAny(packed);
  if (type === 'containerd.linux.runc.CheckpointOptions') return message;
  throw TtrpcError.status('INVALID_ARGUMENT', `options of ${type} are not for Checkpoint`);
}

/** What an Any holds as JSON. Its type is not looked at, as by the stock shim: there is but one that fits. */
function jsonOf<Value>(any: Any | undefined): Value {
  try {
    return JSON.parse(Buffer.from(any?.value ?? []).toString());
  } catch (cause) {
    throw TtrpcError.status('INVALID_ARGUMENT', `no JSON: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether other processes of the container can outlive its first, which ends those of a namespace of its own. */
function sharesPids(bundle: string): boolean {
  try {
    const { linux } = JSON.parse(readFileSync(path.join(bundle, 'config.json'), 'utf8'));
    const namespaces: { type: string; path?: string }[] = linux?.namespaces ?? [];
    return !namespaces.some(({ type, path: joined }) => type === 'pid' && !joined);
  } catch {
    return true;
  }
}

function deleted({ pid, exitStatus, exitedAt = NEVER }: ContainerProcess) {
  return { pid, exitStatus, exitedAt };
}
