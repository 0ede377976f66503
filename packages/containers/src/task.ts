// The one file that knows which runtime there is: a container's shim is started, reached and recovered here.

import path from 'node:path';
import type { Bundle } from '@shimwright/bundle-core';
import { type Finding, newShimClient, recover, shimConnect, shimRemote } from '@shimwright/runtime-v1';
import { ociProcessType, ociResourcesType, packJson, timestampToDate } from '@shimwright/shim-api';
import type { Place } from './place.ts';

/** What is mounted as the root of a container, one on the other. */
export interface RootfsMount {
  readonly type: string;
  readonly source: string;
  readonly options: string[];
}

/** Where the stdio of a process leads; empty for nowhere. */
export interface StdioPaths {
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a process is about. */
export interface ProcessState {
  readonly status: 'created' | 'running' | 'paused' | 'stopped';
  /** As the host sees it. */
  readonly pid: number;
  readonly exitStatus: number;
  readonly exitedAt: Date | undefined;
  readonly terminal: boolean;
  readonly stdio: StdioPaths;
}

/** How a process ended. */
interface ProcessExit {
  /** 128 and the signal's number where one ended it. */
  readonly exitStatus: number;
  readonly exitedAt: Date | undefined;
}

/** What ends a call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * A container in the hands of its shim. `process` is the id of a process that was started by `exec`, and the container's own
 * id for its first process.
 */
export interface Task extends AsyncDisposable {
  create(
    request: StdioPaths & { readonly rootfs: RootfsMount[]; readonly terminal: boolean },
    options?: CallOptions,
  ): Promise<number>;
  exec(
    process: string,
    request: StdioPaths & { readonly terminal: boolean; readonly spec: object },
    options?: CallOptions,
  ): Promise<void>;
  start(process: string, options?: CallOptions): Promise<number>;
  state(process: string, options?: CallOptions): Promise<ProcessState>;
  wait(process: string, options?: CallOptions): Promise<ProcessExit>;
  /** All processes of a container end with its first one, which has a namespace of process ids to itself. */
  kill(process: string, signal: number, options?: CallOptions): Promise<void>;
  deleteProcess(process: string, options?: CallOptions): Promise<void>;
  resize(
    process: string,
    size: { readonly columns: number; readonly rows: number },
    options?: CallOptions,
  ): Promise<void>;
  closeStdin(process: string, options?: CallOptions): Promise<void>;
  pids(options?: CallOptions): Promise<number[]>;
  pause(options?: CallOptions): Promise<void>;
  resume(options?: CallOptions): Promise<void>;
  update(resources: object, options?: CallOptions): Promise<void>;
  /** Deletes the container, which has ended. */
  delete(options?: CallOptions): Promise<void>;
  /** Ends the shim, which has no container any more. */
  endShim(options?: CallOptions): Promise<void>;
  /** Closes the connection; the container goes on. */
  close(): Promise<void>;
}

/** Starts the shim of a bundle. An abort leaves none. */
export async function startTask(bundle: Bundle, place: Place, signal?: AbortSignal): Promise<Task> {
  const shimOpt = shimRemote(configOf(place), { daemonAddress: place.daemonAddress });
  const shim = await newShimClient(bundle, place.namespace, shimOpt, {}, { ...(signal && { signal }) });
  return taskOf(bundle.id, bundle.path, place.runtime, shim);
}

/** Connects to the shim of a bundle; one that was killed is started anew, and goes on with its containers. */
export async function reachTask(bundle: Bundle, place: Place, signal?: AbortSignal): Promise<Task> {
  const shimOpt = shimConnect(configOf(place));
  const shim = await newShimClient(bundle, place.namespace, shimOpt, {}, { ...(signal && { signal }) });
  return taskOf(bundle.id, bundle.path, place.runtime, shim);
}

/** Removes what is dead of all containers of a place; what lives is not touched. */
export async function cleanDead(
  place: Place,
  options: CallOptions & { readonly settleMs?: number } = {},
): Promise<Finding[]> {
  return recover(configOf(place), {
    path: place.bundles,
    workDir: place.work,
    namespace: place.namespace,
    daemonAddress: place.daemonAddress,
    runOptions: { runtime: place.runtime },
    clean: true,
    ...(options.settleMs !== undefined && { settleMs: options.settleMs }),
    ...(options.signal && { signal: options.signal }),
  });
}

/** Where the OCI runtime keeps its state of a place. */
export function runtimeRoot({ stateDir }: Place): string {
  return path.join(stateDir, 'runtime');
}

function configOf(place: Place) {
  return { runtimeRoot: runtimeRoot(place), socketRoot: place.stateDir, shimLingerMs: place.lingerMs };
}

type Shim = Awaited<ReturnType<typeof newShimClient>>;

const STATUSES: Readonly<Record<string, ProcessState['status']>> = {
  CREATED: 'created',
  RUNNING: 'running',
  PAUSED: 'paused',
  PAUSING: 'paused',
  STOPPED: 'stopped',
};

function taskOf(id: string, bundle: string, runtime: string, shim: Shim): Task {
  return {
    create: async (request, options) =>
      (await shim.create({ id, bundle, runtime, ...request }, bounds(options))).pid,
    exec: async (process, { spec, ...request }, options) => {
      await shim.exec({ id: process, ...request, spec: packJson(ociProcessType, spec) }, bounds(options));
    },
    start: async (process, options) => (await shim.start({ id: process }, bounds(options))).pid,
    state: async (process, options) => {
      const found = await shim.state({ id: process }, bounds(options));
      const { pid, exitStatus, terminal, stdin, stdout, stderr } = found;
      return {
        status: STATUSES[found.status] ?? 'stopped',
        ...{ pid, exitStatus, terminal, stdio: { stdin, stdout, stderr } },
        exitedAt: dateOf(found.exitedAt),
      };
    },
    wait: async (process, options) => {
      const { exitStatus, exitedAt } = await shim.wait({ id: process }, bounds(options));
      return { exitStatus, exitedAt: dateOf(exitedAt) };
    },
    kill: async (process, signal, options) => {
      await shim.kill({ id: process, signal, all: false }, bounds(options));
    },
    deleteProcess: async (process, options) => {
      await shim.deleteProcess({ id: process }, bounds(options));
    },
    resize: async (process, { columns, rows }, options) => {
      await shim.resizePty({ id: process, width: columns, height: rows }, bounds(options));
    },
    closeStdin: async (process, options) => {
      await shim.closeIO({ id: process, stdin: true }, bounds(options));
    },
    pids: async (options) => (await shim.listPids({ id }, bounds(options))).processes.map(({ pid }) => pid),
    pause: async (options) => void (await shim.pause({}, bounds(options))),
    resume: async (options) => void (await shim.resume({}, bounds(options))),
    update: async (resources, options) => {
      await shim.update({ resources: packJson(ociResourcesType, resources) }, bounds(options));
    },
    delete: async (options) => void (await shim.delete({}, bounds(options))),
    endShim: async (options) => shim.stopShim({ ...(options?.signal && { signal: options.signal }) }),
    close: async () => shim.close(),
    [Symbol.asyncDispose]: async () => shim.close(),
  };
}

function bounds({ signal, timeoutMs }: CallOptions = {}) {
  return { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }) };
}

type Timestamp = Parameters<typeof timestampToDate>[0];

/** Go's "never" is a moment of the year 1. */
function dateOf(timestamp: Timestamp | undefined): Date | undefined {
  if (!timestamp) return undefined;
  const date = timestampToDate(timestamp);
  return date && date.getTime() > 0 ? date : undefined;
}
