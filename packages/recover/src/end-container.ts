import { existsSync, readFileSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bundle } from '@shimwright/bundle-core';
import { identify, isRunning, type ProcessIdentity, signalProcess } from '@shimwright/shim-host';
import { startedAt } from './boot-time.ts';
import { containerState } from './container-state.ts';
import type { RecoveredExit } from './finding.ts';
import { requireContainerState } from './recognize.ts';
import { removeCgroups } from './remove-cgroups.ts';
import type { Site } from './site.ts';
import { containerStateOf, deleteByProgram } from './task-shim.ts';
import { KILLED } from './tell.ts';

/** How long what a dead shim has left at work may take, before it is ended. */
const PATIENCE_MS = 5_000;
const POLL_MS = 5;

/** Exits that were told already, by the ids of the containers. */
export type ToldExits = ReadonlyMap<string, RecoveredExit>;

/** What is known of the container of a bundle beforehand. */
export interface EndOptions {
  /** What the OCI runtime is still doing with it. */
  readonly strays: readonly ProcessIdentity[];
  readonly told: () => Promise<ToldExits>;
}

/** The end of a container. */
export interface ContainerEnd {
  readonly exit: RecoveredExit;
  /** Whether the shim has told it. */
  readonly isTold: boolean;
}

/**
 * Kills and deletes the container of a bundle: by the program of its shim where that is one of runtime v2, else by the OCI
 * runtime.
 *
 * @returns how it ended; undefined where there was none.
 */
export async function endContainer(
  bundle: Bundle,
  site: Site,
  { strays, told }: EndOptions,
): Promise<ContainerEnd | undefined> {
  await Promise.all(strays.map((stray) => untilEnded(stray, site.signal)));
  const record = path.join(bundle.path, '.recover.exit');
  const known = containerStateOf(bundle, site);
  const exit = recorded(record) ?? (existsSync(known) ? await exitOf(bundle, site) : undefined);
  const before = exit && (await told()).get(bundle.id);
  if (exit) note(record, exit);
  await deleteByProgram(bundle, site, known);
  await deleteContainer(bundle, site, known);
  if (!exit) await removeCgroups(bundle, site.signal);
  if (before && before.pid === exit.pid) return { exit: before, isTold: true };
  return exit && { exit, isTold: false };
}

/** Waits until a process has ended, or ends it: what it makes must be there before it can be undone. */
export async function untilEnded(stray: ProcessIdentity, signal: AbortSignal | undefined): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; isRunning(stray); ) {
    if (Date.now() > deadline) signalProcess(stray, 'SIGKILL');
    await delay(POLL_MS, undefined, { signal });
  }
}

async function deleteContainer(bundle: Bundle, { runtimeFor, signal }: Site, known: string): Promise<void> {
  if (!existsSync(known)) return;
  requireContainerState(known);
  try {
    const runtime = await runtimeFor(bundle);
    await runtime.delete(bundle.id, { force: true, ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted || existsSync(known)) throw error;
    // Somebody else was faster.
  }
}

/** The exit of a container that the OCI runtime knows; undefined for one that was only half made. */
async function exitOf(bundle: Bundle, { runtimeFor, signal }: Site): Promise<RecoveredExit | undefined> {
  const killed = { exitStatus: KILLED, exitedAt: new Date() };
  const noted = notedProcess(path.join(bundle.path, 'init.pid'));
  if (noted) return { ...killed, ...noted };
  const state = await containerState(bundle.id, await runtimeFor(bundle), signal);
  return state && { ...killed, pid: state.pid, isUnknown: state.status === 'stopped' };
}

/** The process that the OCI runtime has noted, which is gone if another one has its id: that began after it was noted. */
function notedProcess(file: string): Pick<RecoveredExit, 'pid' | 'isUnknown'> | undefined {
  try {
    const pid = Number(readFileSync(file, 'latin1'));
    if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
    const process = identify(pid);
    return { pid, isUnknown: !process || startedAt(process) > statSync(file).mtimeMs };
  } catch {
    return undefined; // shims of ours make no such file
  }
}

// The exit is noted before the container is gone, for a call that goes on where this one was killed: it tells the same
// once more, to the millisecond. A link, since that is made whole or not at all.

function note(file: string, exit: RecoveredExit): void {
  const { pid, exitStatus, isUnknown } = exit;
  try {
    symlinkSync([pid, exitStatus, exit.exitedAt.getTime(), Number(isUnknown)].join(' '), file);
  } catch {
    // It was noted, or cannot be.
  }
}

function recorded(file: string): RecoveredExit | undefined {
  try {
    const [pid, exitStatus, exitedAt, isUnknown] = readlinkSync(file).split(' ').map(Number);
    if (pid === undefined || exitStatus === undefined || exitedAt === undefined) return undefined;
    return { pid, exitStatus, exitedAt: new Date(exitedAt), isUnknown: isUnknown === 1 };
  } catch {
    return undefined;
  }
}
