import path from 'node:path';
import { socketPath } from '@shimwright/shim-address';
import { logLevels } from '@shimwright/shim-api/bootstrap';
import {
  defaultPublisher,
  freeSocketPath,
  ShimHostError,
  saveShimPid,
  workerIn,
} from '@shimwright/shim-host';
import { type TtrpcClient, TtrpcError } from '@shimwright/ttrpc';
import { findCgroup, joinCgroup } from '../cgroup.ts';
import { ShimClientError } from '../errors.ts';
import { traceShim } from '../trace-shim.ts';
import { connectTo } from '../with-connect.ts';
import { bootstrap } from './bootstrap.ts';
import { runDelete } from './delete-task.ts';
import { EventsLink } from './events-link.ts';
import { type EventsPlace, prepareEventsPlace } from './events-place.ts';
import { taskConnection, taskServiceOf } from './running-task-shim.ts';
import { findTaskShim } from './runtime-name.ts';
import type { ShimCommand } from './shim-command.ts';
import type { TaskEndpoint } from './start-answer.ts';
import { StartClaim } from './start-claim.ts';
import type { TaskConfig } from './task-config.ts';
import type { TaskConnection, TaskOpt } from './task-connection.ts';
import { closeLog, prepareTaskBundle, saveEndpoint } from './task-files.ts';
import { BeforeStart } from './undo-start.ts';

/** How {@link withTaskStart} starts a shim. */
export interface TaskStartOptions {
  /** The runtime, `io.containerd.NAME.vN`, whose shim is on the PATH as `containerd-shim-NAME-vN`; or the absolute path of a shim. */
  readonly runtime: string;
  /** The address of the program that manages the shim. The spool with its events is beside it. */
  readonly daemonAddress: string;
  /** The cgroup for the shim, from the root of the hierarchies; it must exist. @default that of this process */
  readonly cgroup?: string;
  /** Whether the shim logs what it does, into `shim.log` in the work directory. @default false */
  readonly debug?: boolean;
  /** The directory for the shim's socket. Stock shims before containerd 2.3 use `/run/containerd/s` all the same. @default the shim's own */
  readonly socketDirectory?: string;
  /** Further variables of the environment of the shim's program. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** How long the shim's program may take to tell where it listens, and then the shim to answer for the first time. @default 10 000 */
  readonly startTimeoutMs?: number;
  /** Called once, when the connection to the started shim has ended, unless this side closed it. */
  readonly onExit?: () => void;
}

/**
 * Starts a shim of runtime v2 for the bundle, as containerd does, and connects to it.
 *
 * The bundle gets what such shims expect: a link `work`, a FIFO `log`, `shim-binary-path`, `bootstrap.json` and `address`. The shim
 * outlives this process, and so does the process that takes its events and its log; see `watchSpool`. Annotations of the spec can
 * make a shim put the container into a process that runs already.
 *
 * The `TaskOpt` resolves once the shim has answered. It rejects, after undoing all it did, with a `ShimClientError`:
 * `ERR_SHIM_RUNTIME`, `ERR_SHIM_NOT_FOUND`, `ERR_SHIM_SPAWN`, `ERR_SHIM_BUNDLE`, `ERR_SHIM_EXITED`, `ERR_SHIM_TIMEOUT`,
 * `ERR_SHIM_BOOTSTRAP`, `ERR_SHIM_PROTOCOL`, `ERR_SHIM_UNREACHABLE`, `ERR_SHIM_ADDRESS`, `ERR_SHIM_CGROUP`; with
 * `ERR_SHIM_ADDRESS_IN_USE` if the bundle has a shim, or is just getting one.
 */
export function withTaskStart(options: TaskStartOptions): TaskOpt {
  return async (config, signal) => {
    const binary = findTaskShim(options.runtime);
    const cgroup = options.cgroup === undefined ? [] : findCgroup(options.cgroup);
    requireOwnName(config);
    const place = prepareEventsPlace(options.daemonAddress);
    const claim = StartClaim.take(config.path);
    try {
      await refuseLiveShim(config);
      signal?.throwIfAborted();
      return await new TaskStart({ config, options, binary, cgroup, place }).run(signal);
    } finally {
      claim.release();
    }
  };
}

interface StartPlan {
  readonly config: TaskConfig;
  readonly options: TaskStartOptions;
  readonly binary: string;
  readonly cgroup: readonly string[];
  readonly place: EventsPlace;
}

/** One start, and all that it has made by now. */
class TaskStart {
  readonly #plan: StartPlan;
  readonly #command: ShimCommand;
  readonly #before: BeforeStart;
  readonly #timeoutMs: number;
  #log: number | undefined;
  #link: EventsLink | undefined;
  #endpoint: TaskEndpoint | undefined;
  #client: TtrpcClient | undefined;

  constructor(plan: StartPlan) {
    const { config, options, place } = plan;
    this.#plan = plan;
    this.#before = new BeforeStart(config.path);
    this.#timeoutMs = options.startTimeoutMs ?? 10_000;
    this.#command = {
      ...{ config, daemonAddress: options.daemonAddress, eventsAddress: place.socket },
      publisher: defaultPublisher(), // of shims that send their events by that, as some old ones do
      debug: options.debug ?? false,
      env: options.env,
    };
  }

  async run(signal?: AbortSignal): Promise<TaskConnection> {
    try {
      return await this.#start(signal);
    } catch (error) {
      await this.#undo();
      throw error;
    }
  }

  async #start(signal?: AbortSignal): Promise<TaskConnection> {
    const { config, options, binary, place } = this.#plan;
    this.#log = prepareTaskBundle(config, { binary, eventsSocket: place.socket });
    this.#link = await EventsLink.of(place, config.path);
    this.#endpoint = await this.#bootstrap(signal);
    saveEndpoint(config.path, this.#endpoint);
    const client = await connectTo(this.#endpoint.address, signal);
    this.#client = client;
    this.#settle(await this.#firstAnswer(client, this.#endpoint, signal));
    if (options.onExit) void client.closed.then((reason) => reason && options.onExit?.());
    const command = this.#command;
    const cleanUp = (abort?: AbortSignal) => runDelete(binary, command, abort);
    return taskConnection({
      config,
      endpoint: this.#endpoint,
      client,
      link: this.#link,
      log: this.#log,
      cleanUp,
    });
  }

  #bootstrap(signal?: AbortSignal): Promise<TaskEndpoint> {
    const { config, options, binary } = this.#plan;
    const facts = {
      ...this.#command,
      config,
      socketDirectory: options.socketDirectory,
      logLevel: options.debug ? logLevels.debug : logLevels.info,
    };
    return bootstrap({ binary, command: this.#command, facts, timeoutMs: this.#timeoutMs }, signal);
  }

  /**
   * Gives the process that the shim says it is; 0 where it does not say.
   *
   * @throws {ShimClientError} `ERR_SHIM_BOOTSTRAP` for what is no shim, or that of another container of this id;
   * `ERR_SHIM_TIMEOUT`.
   */
  async #firstAnswer(client: TtrpcClient, endpoint: TaskEndpoint, signal?: AbortSignal): Promise<number> {
    const { id } = this.#plan.config;
    const { address } = endpoint;
    const timeoutMs = this.#timeoutMs;
    try {
      const request = { timeoutMs, ...(signal && { signal }) };
      const { shimPid, taskPid } = await taskServiceOf(client, endpoint).connect({ id }, request);
      if (taskPid === 0) return shimPid;
    } catch (error) {
      if (!(error instanceof TtrpcError)) throw error;
      const facts = { path: address, cause: error };
      if (error.status === 'DEADLINE_EXCEEDED') {
        throw new ShimClientError(
          'ERR_SHIM_TIMEOUT',
          `${address} did not answer within ${timeoutMs} ms`,
          facts,
        );
      }
      if (error.code !== 'ERR_TTRPC_STATUS' || error.status === 'UNIMPLEMENTED') {
        throw new ShimClientError('ERR_SHIM_BOOTSTRAP', `what listens at ${address} is no shim`, facts);
      }
      return 0; // some shims do not answer this before there is a container
    }
    const message = `the shim at ${address} has a container ${id} already, which is another one`;
    throw new ShimClientError('ERR_SHIM_BOOTSTRAP', message, { path: address });
  }

  /** Notes the process of the shim and places it in its cgroup, if it is the bundle's own. */
  #settle(shimPid: number): void {
    const { config, cgroup } = this.#plan;
    const worker = shimPid > 1 && shimPid !== process.pid ? workerIn(config.path, shimPid) : undefined;
    if (worker) {
      joinCgroup(cgroup, worker.pid);
      saveShimPid(config.path, worker.pid);
    } else if (cgroup.length > 0) {
      const message = 'the shim is in a process that others use, which is not moved into a cgroup';
      throw new ShimClientError('ERR_SHIM_CGROUP', message, { path: config.path });
    }
  }

  /** Takes all of it back; what cannot be taken back is in the way of no later start. */
  async #undo(): Promise<void> {
    const { config, binary } = this.#plan;
    await this.#client?.close();
    try {
      if (this.#endpoint) await runDelete(binary, this.#command).catch(() => {}); // there may be nothing to delete
      await this.#before.restore();
      if (this.#endpoint) await removeOwnSocket(this.#endpoint, config);
    } catch {
      // The bundle is gone.
    } finally {
      this.#link?.release(config.path, true);
      if (this.#log !== undefined) closeLog(this.#log);
    }
  }
}

/** Shims look for the bundle of an id beside the one that they work in. */
function requireOwnName({ id, path: bundlePath }: TaskConfig): void {
  if (path.basename(bundlePath) === id) return;
  const message = `the bundle of ${id} must be a directory of that name, not ${bundlePath}`;
  throw new ShimClientError('ERR_SHIM_BUNDLE', message, { path: bundlePath });
}

/** @throws {ShimHostError} `ERR_SHIM_ADDRESS_IN_USE` for a bundle whose shim lives. */
async function refuseLiveShim({ id, path: bundlePath, namespace }: TaskConfig): Promise<void> {
  if ((await traceShim({ bundlePath, namespace, id })).state !== 'live') return;
  const message = `the shim of ${bundlePath} lives; connect to it instead, or stop it`;
  throw new ShimHostError('ERR_SHIM_ADDRESS_IN_USE', message, { path: bundlePath });
}

/** The names that shims give to their sockets, by a hash. */
const OWN_NAME = /^[0-9a-f]{64}$/;

/** Removes the socket of a shim that was ended. One that it only named, and that may be another's, stays. */
async function removeOwnSocket({ address }: TaskEndpoint, config: TaskConfig): Promise<void> {
  const socket = socketPath(address);
  const isOwn = OWN_NAME.test(path.basename(socket)) || path.dirname(socket) === config.path;
  if (isOwn) await freeSocketPath(socket).catch(() => {}); // somebody may listen there
}
