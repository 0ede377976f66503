import { existsSync } from 'node:fs';
import { unmountAll } from '@shimwright/linux-native';
import { type OciRuntime, OciRuntimeError } from '@shimwright/oci-runtime';
import { type AddSharedShimRequest, decodeEvent } from '@shimwright/shim-api';
import { isExitUnknown } from '@shimwright/shim-host';
import type { AdoptedProcess } from '../adopted-process.ts';
import type { ProcessState } from '../container-process.ts';
import type { ProcessExit } from '../process-exit.ts';
import type { Adopted } from '../shim-service.ts';
import { unknownExit, watchForeign } from './adopted-exit.ts';
import type { Outbox } from './outbox.ts';
import type { RegisteredProcess } from './registry.ts';
import { reopenIO } from './reopened-io.ts';
import { exitName } from './shared-journal.ts';
import { endStrayRuntimes } from './stray-runtimes.ts';

/** What the adoption of a bundle's processes needs. */
export interface AdoptionOptions {
  readonly request: AddSharedShimRequest;
  readonly runtime: (name: string) => OciRuntime;
  readonly outbox: Outbox;
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
  const state = await stateOf(init, options);
  if (state === undefined && !existsSync(options.request.path)) return undefined;
  const processes = registered.map((known) =>
    adopted(known, known === init ? state : undefined, options.outbox),
  );
  return { processes, registered };
}

async function undoCreation(init: RegisteredProcess, { request, runtime }: AdoptionOptions): Promise<void> {
  if (!init.container) return;
  await endStrayRuntimes(request.path);
  await runtime(init.container.runtime)
    .delete(init.id, { force: true })
    .catch(() => {}); // it was never made
  unmountAll(init.container.rootfs);
}

/** The state of a container in the words of the OCI runtime; undefined for one that it does not know. */
async function stateOf(
  { id, container }: RegisteredProcess,
  { runtime }: AdoptionOptions,
): Promise<ProcessState | undefined> {
  try {
    const { status } = await runtime(container?.runtime ?? '').state(id);
    if (status === 'creating') return 'created';
    return status === 'pausing' ? 'paused' : status;
  } catch (error) {
    if (error instanceof OciRuntimeError && error.code === 'ERR_RUNTIME_NOT_EXIST') return undefined;
    throw error;
  }
}

function adopted(record: RegisteredProcess, state: ProcessState | undefined, outbox: Outbox): Adopted {
  const known = whatBecameOf(record, state, outbox);
  const io = known.state === 'stopped' ? undefined : reopenIO(record.stdio, record.isStdinClosed);
  return { record, known, io };
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
  if (!foreign) return { ...facts, state: living, ended: Promise.resolve(unknownExit()) };
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
  } catch {
    return undefined; // half of it was written
  }
}

function noSignal(): void {
  // It is gone.
}
