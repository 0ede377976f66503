import { existsSync } from 'node:fs';
import { isShortage } from '@shimwright/linux-native';
import { isOciRuntimeError } from '@shimwright/oci-runtime';
import { type AddSharedShimRequest, decodeEvent } from '@shimwright/shim-api';
import { isExitUnknown } from '@shimwright/shim-host';
import {
  type Adopted,
  type AdoptedProcess,
  bounded,
  type ContainerRecord,
  exitOfGone,
  findExecProcess,
  observerOf,
  type ProcessExit,
  type ProcessIO,
  type ProcessState,
  reopenIO,
  resumeIO,
  runtimeOf,
  TaskError,
  unknownExit,
  unmountRootfs,
  watchForeign,
} from '@shimwright/task-core';
import type { Deposits } from '../keeper/deposits.ts';
import type { Outbox } from './outbox.ts';
import type { RegisteredProcess } from './registered-process.ts';
import { keyOf } from './registry.ts';
import { exitName } from './shared-journal.ts';
import { endStrayRuntimes } from './stray-runtimes.ts';

/** What the adoption of a bundle's processes needs. */
export interface AdoptionOptions {
  readonly request: AddSharedShimRequest;
  readonly outbox: Outbox;
  /** What an earlier process has left of their stdio; undefined where nobody kept it. */
  readonly deposits: Deposits | undefined;
  /** Whether calls that were not answered are made again: what was not begun then begins with that. @default false */
  readonly isRepeated?: boolean;
}

/** What was found. */
export interface AdoptedProcesses {
  readonly processes: readonly Adopted[];
  /** What of the register still holds. */
  readonly registered: readonly RegisteredProcess[];
}

/**
 * Finds out what became of the processes of a bundle while no shim watched them. Exits that were noted but not told are
 * told; what was being made when the shim died is undone, as a call that never answered has done nothing.
 *
 * @returns undefined when nothing is left to go on with: the bundle is gone, and so is its container.
 */
export async function adoptProcesses(
  registered: readonly RegisteredProcess[],
  options: AdoptionOptions,
): Promise<AdoptedProcesses | undefined> {
  const init = registered.find(({ container }) => container);
  if (!init || (init.pid === 0 && !init.exit)) {
    if (init) await undoCreation(init, options);
    return existsSync(options.request.path) ? { processes: [], registered: [] } : undefined;
  }
  const state = await stateOf(init);
  if (state === undefined && !existsSync(options.request.path)) return undefined;
  const found = await findCutOff(registered, init, options);
  const processes = found.map((known) => adopted(known, known.container ? state : undefined, options));
  return { processes, registered: found };
}

/** The same processes; of those that were being started when the shim was killed, it is known then who they are. */
async function findCutOff(
  registered: readonly RegisteredProcess[],
  { container }: RegisteredProcess,
  { request, isRepeated = false }: AdoptionOptions,
): Promise<readonly RegisteredProcess[]> {
  const isCutOff = ({ pid, exec, exit }: RegisteredProcess) => pid === 0 && exec?.isStarted && !exit;
  if (!container || !registered.some(isCutOff)) return registered;
  await endStrayRuntimes(request.path, container.runtime.command, ['exec']);
  return registered.map((known) => {
    if (!isCutOff(known)) return known;
    const found = findExecProcess(container.bundle, known.execId);
    if (found || !isRepeated || !known.exec) return { ...known, ...found };
    return { ...known, exec: { ...known.exec, isStarted: false } };
  });
}

async function undoCreation(init: RegisteredProcess, { request }: AdoptionOptions): Promise<void> {
  const { container, containerId } = init;
  if (!container) return;
  await endStrayRuntimes(request.path, container.runtime.command, ['create', 'restore']);
  await asked(container, 'delete', (runtime, signal) =>
    runtime.delete(containerId, { force: true, signal }),
  ).catch(
    () => {}, // it was never made
  );
  await unmountRootfs(container.rootfs, container.isSlowToUnmount);
}

/** The state of a container in the words of the OCI runtime; undefined for one that it does not know. */
async function stateOf({ containerId, container }: RegisteredProcess): Promise<ProcessState | undefined> {
  if (!container) return undefined;
  try {
    const { status } = await asked(container, 'state', (runtime, signal) =>
      runtime.state(containerId, { signal }),
    );
    if (status === 'creating') return 'created';
    return status === 'pausing' ? 'paused' : status;
  } catch (error) {
    const cause = error instanceof TaskError ? error.cause : undefined;
    if (isOciRuntimeError(cause) && cause.code === 'ERR_RUNTIME_NOT_EXIST') return undefined;
    throw error;
  }
}

/** What the OCI runtime of a container answers, in the time that it may take. */
function asked<Result>(
  { runtime, bundle }: ContainerRecord,
  call: string,
  ask: (runtime: ReturnType<typeof runtimeOf>, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const bounds = { doing: `OCI runtime ${call} failed`, limit: 'asking', signals: [] } as const;
  return bounded(bounds, (signal) => ask(runtimeOf(runtime, bundle), signal));
}

function adopted(
  record: RegisteredProcess,
  state: ProcessState | undefined,
  { outbox, deposits, request }: AdoptionOptions,
): Adopted {
  const known = whatBecameOf(record, state, outbox);
  const hasIO = record.container !== undefined || record.exec?.isStarted === true;
  return { record, known, io: hasIO ? ioOf(record, known, deposits, keyOf(request.path)) : undefined };
}

/** What an earlier process has left of the stdio; the last output of one that has ended may still be on its way. */
function ioOf(
  { stdio, containerId, execId, isStdinClosed }: RegisteredProcess,
  { state }: AdoptedProcess,
  deposits: Deposits | undefined,
  bundle: string,
): ProcessIO | undefined {
  const kept = deposits?.take(bundle, containerId, execId);
  if (deposits && kept)
    return resumeIO(stdio, kept, observerOf(deposits.keeperOf(bundle), containerId, execId));
  return state === 'stopped' ? undefined : reopenIO(stdio, isStdinClosed);
}

function whatBecameOf(
  record: RegisteredProcess,
  state: ProcessState | undefined,
  outbox: Outbox,
): AdoptedProcess {
  const { pid, isStdinClosed, startTime } = record;
  const facts = { pid, isStdinClosed, signal: noSignal };
  const exit = record.exit ?? preparedExit(record, outbox);
  if (exit) {
    // Told now, unless it was told before.
    if (record.exit) outbox.send(exitName(record));
    return record.exit
      ? { ...facts, state: 'stopped', exit }
      : { ...facts, state: 'running', ended: Promise.resolve(exit) };
  }
  if (pid === 0) {
    if (!record.exec?.isStarted) return { ...facts, state: 'created' };
    return { ...facts, state: 'running', ended: Promise.resolve(unknownExit()) };
  }
  const foreign = watchForeign(pid, startTime);
  const living = state === undefined || state === 'stopped' ? 'running' : state;
  if (!foreign) return { ...facts, state: living, ended: Promise.resolve(exitOfGone(pid, startTime)) };
  return { ...facts, ...foreign, state: living };
}

/** An exit that was about to be noted: its event was written, and not yet sent. */
function preparedExit(record: RegisteredProcess, outbox: Outbox): ProcessExit | undefined {
  try {
    const event = outbox.prepared(exitName(record));
    if (!event) return undefined;
    const { type, message } = decodeEvent(event);
    if (type !== 'containerd.events.TaskExit' || !message.exitedAt) return undefined;
    const exit = { status: message.exitStatus, exitedAt: message.exitedAt };
    return isExitUnknown(event) ? { ...exit, isUnknown: true } : exit;
  } catch (error) {
    if (isShortage(error)) throw error; // it can be read later
    return undefined; // half of it was written
  }
}

function noSignal(): void {
  // It is gone.
}
