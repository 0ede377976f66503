import { socketPath } from '@shimwright/shim-address';
import {
  type DeleteResponse,
  type TaskService,
  TaskV2Definition,
  TaskV3Definition,
} from '@shimwright/shim-api/task-v2';
import {
  freeSocketPath,
  loadShimPid,
  type ProcessIdentity,
  signalProcess,
  untilEnded,
  untilGone,
  workerIn,
} from '@shimwright/shim-host';
import { type TtrpcClient, TtrpcError } from '@shimwright/ttrpc';
import { endMember } from '../end-member.ts';
import { ShimClientError } from '../errors.ts';
import { untilAborted } from '../until-aborted.ts';
import { within } from '../within.ts';
import type { EventsLink } from './events-link.ts';
import type { TaskEndpoint } from './start-answer.ts';
import type { TaskConfig } from './task-config.ts';
import type { TaskConnection } from './task-connection.ts';
import { closeLog } from './task-files.ts';

/** How long a shim that has answered `Shutdown` may take to end, before it is taken for one that stays. */
const STAY_MS = 500;

/** How long the process may take to end that has closed its connection. */
const LAST_STEPS_MS = 2_000;

/** All that there is of a shim that this process is connected to. */
export interface RunningTaskShim {
  readonly config: TaskConfig;
  readonly endpoint: TaskEndpoint;
  readonly client: TtrpcClient;
  /** What takes its events; undefined for a shim that was started by others. */
  readonly link: EventsLink | undefined;
  /** The descriptor that holds its log; undefined where another process does. */
  readonly log: number | undefined;
  readonly cleanUp: (abort?: AbortSignal) => Promise<DeleteResponse>;
}

/** The calls of a shim, by the version that it speaks. */
export function taskServiceOf(client: TtrpcClient, { version }: TaskEndpoint) {
  return client.service(version === 3 ? TaskV3Definition : TaskV2Definition);
}

/** The connection to a shim in a process of its own. */
export function taskConnection(shim: RunningTaskShim): TaskConnection {
  const { config, endpoint, client, link, log } = shim;
  const service = taskServiceOf(client, endpoint);
  let isDeleted = false;
  let isOver = false;
  let isClosed = false;
  const close = async () => {
    await client.close();
    if (isClosed) return;
    isClosed = true;
    link?.release(config.path, isOver);
    if (log !== undefined) closeLog(log);
  };
  const over = <Result>(result: Result) => {
    isOver = true;
    return result;
  };
  const deleteNoted: TaskService['delete'] = async (request, options) => {
    const deleted = await service.delete(request, options);
    if (!request.execId && request.id === config.id) isDeleted = true;
    return deleted;
  };
  return {
    service: { ...service, delete: deleteNoted },
    stop: async (abort) => {
      if (await hasStopped(shim, isDeleted, abort)) over(undefined);
    },
    kill: (abort) => killShim(shim, abort),
    cleanUp: async (abort) => {
      const deleted = await shim.cleanUp(abort);
      await removeStaleSocket(endpoint);
      return over(deleted);
    },
    close,
  };
}

/** Asks a shim to end, and gives whether it has. */
async function hasStopped(shim: RunningTaskShim, isDeleted: boolean, abort?: AbortSignal): Promise<boolean> {
  const { client, config, endpoint, link } = shim;
  const worker = notedShim(config);
  if (isDeleted && link) await untilAborted(link.deletionTold(config), abort);
  const ended = client.closed.then(() => true);
  try {
    await taskServiceOf(client, endpoint).shutdown({ id: config.id }, abort && { signal: abort });
  } catch (error) {
    if (!isClosed(error)) throw error; // it may end without an answer
  }
  // One that works elsewhere serves others, and stays; whether it has ended by now it need not be waited for.
  if (!(await untilAborted(within(ended, worker ? STAY_MS : 0), abort))) return false;
  if (worker) await untilAborted(untilEnded(worker, LAST_STEPS_MS), abort);
  return true;
}

/** A process that works in the bundle is signalled, however busy. One of ours that others share is asked to give up this shim. */
async function killShim(shim: RunningTaskShim, abort?: AbortSignal): Promise<void> {
  const noted = notedShim(shim.config);
  if (!noted && (await endMember(shim.client, abort))) return;
  const worker = noted ?? (await namedShim(shim, abort));
  if (worker && signalProcess(worker, 'SIGKILL')) await untilGone(worker, abort);
  await removeStaleSocket(shim.endpoint);
}

/** Removes the socket of a shim that could not do so itself, unless somebody listens there by now. */
async function removeStaleSocket({ address }: TaskEndpoint): Promise<void> {
  await freeSocketPath(socketPath(address)).catch(() => {});
}

/** The process that is noted in the bundle, if it works there. */
function notedShim({ path }: TaskConfig): ProcessIdentity | undefined {
  const pid = loadShimPid(path);
  return pid ? workerIn(path, pid) : undefined;
}

/** The process that the shim says it is, if it works in the bundle; undefined for one that is gone. */
async function namedShim(
  { client, config, endpoint }: RunningTaskShim,
  signal?: AbortSignal,
): Promise<ProcessIdentity | undefined> {
  try {
    const { shimPid } = await taskServiceOf(client, endpoint).connect(
      { id: config.id },
      signal && { signal },
    );
    const worker = shimPid > 1 && shimPid !== process.pid ? workerIn(config.path, shimPid) : undefined;
    if (worker) return worker;
    const message = `the shim says that it is process ${shimPid}, which is none that works in ${config.path}`;
    throw new ShimClientError('ERR_SHIM_PROCESS', message, { path: config.path });
  } catch (error) {
    if (isClosed(error)) return undefined;
    throw error;
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof TtrpcError && error.code === 'ERR_TTRPC_CLOSED';
}
