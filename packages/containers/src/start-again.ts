import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type Bundle, loadSpec } from '@shimwright/bundle-core';
import { isShimLost } from './call-failure.ts';
import { ContainerError } from './errors.ts';
import { failureOf } from './failure.ts';
import { untilRecorded } from './logs/complete-log.ts';
import { ensureRecorder, wakeRecorder } from './logs/ensure-recorder.ts';
import { type Lock, tryLock } from './logs/lock.ts';
import { logFiles } from './logs/log-files.ts';
import { PIPES } from './pipes.ts';
import type { Place } from './place.ts';
import { recordOf } from './record.ts';
import { imageRootMounts } from './root/image-files.ts';
import { preparedMounts } from './root/prepare-root.ts';
import { renewPipes } from './stdio.ts';
import { type ProcessState, reachTask, startTask, type Task } from './task.ts';

/**
 * A file in the bundle of a container that is being made again. Who does that holds a lock on it. One that nobody holds is of a
 * process that was killed in between: the container has no first process then, and all else.
 */
function markOf(bundle: Bundle): string {
  return path.join(bundle.path, 'starting-again');
}

/** Whether somebody has begun to make it again, and has not come to the end. */
export function isUnfinished(bundle: Bundle): boolean {
  return existsSync(markOf(bundle));
}

/** What its first process is about. Between two runs it has none, which looks like one that was never started. */
export async function stateOf(bundle: Bundle, task: Task, signal?: AbortSignal): Promise<ProcessState> {
  return task.state(bundle.id, { signal }).catch((error: unknown) => {
    if (isShimLost(error) || !isUnfinished(bundle)) throw error;
    const stdio = { stdin: '', stdout: '', stderr: '' };
    return { status: 'created', pid: 0, exitStatus: 0, exitedAt: undefined, terminal: false, stdio };
  });
}

/**
 * The shim of a container that is about to be started. One that has ended is made again first, from what it has written to its root
 * and with the log that it has.
 *
 * @throws {ContainerError} `ERR_CONTAINER_STATE` while somebody else does so; else as `create` does. It can be tried again.
 */
export async function reachToStart(bundle: Bundle, place: Place, signal?: AbortSignal): Promise<Task> {
  let task = await reachTask(bundle, place, signal).catch((error: unknown) => {
    if (!isShimLost(error) || !isUnfinished(bundle)) throw error;
    return undefined;
  });
  try {
    if (task && !(await needsMaking(bundle, task, signal))) return task;
    using _ = lockOf(bundle);
    task ??= await startTask(bundle, place, signal);
    if (await needsMaking(bundle, task, signal)) await makeAgain(bundle, place, task, signal);
    await rm(markOf(bundle), { force: true });
    return task;
  } catch (error) {
    await task?.close();
    throw error;
  }
}

async function needsMaking(bundle: Bundle, task: Task, signal?: AbortSignal): Promise<boolean> {
  const state = await task.state(bundle.id, { signal }).catch((error: unknown) => {
    if (isShimLost(error) || !isUnfinished(bundle)) throw error;
  });
  return state === undefined || state.status === 'stopped';
}

function lockOf(bundle: Bundle): Lock {
  const lock = tryLock(markOf(bundle), true);
  if (lock) return lock;
  throw new ContainerError('ERR_CONTAINER_STATE', `${bundle.id} is being started already`, { id: bundle.id });
}

async function makeAgain(bundle: Bundle, place: Place, task: Task, signal?: AbortSignal): Promise<void> {
  const files = logFiles(bundle);
  await untilRecorded(bundle, place, signal);
  const spec = await loadSpec(bundle);
  const { image, rootfs = '' } = recordOf(spec);
  const [root, stdio] = await Promise.all([
    image === undefined ? preparedMounts(rootfs, bundle.workDir) : imageRootMounts(place, bundle.id),
    renewPipes(path.join(bundle.path, PIPES)),
  ]);
  signal?.throwIfAborted();
  await task.delete().catch(() => {}); // it may be gone already
  // Held until the pipes have their other end, as when a container is made for the first time.
  const recording = tryLock(files.recording, true);
  try {
    await ensureRecorder(place);
    await task.create({ rootfs: root, terminal: spec.process?.terminal ?? false, ...stdio });
  } catch (error) {
    await rm(files.recording, { force: true }); // nothing is written to those pipes
    throw isShimLost(error) ? error : failureOf(error, bundle.id);
  } finally {
    recording?.release();
  }
  await wakeRecorder(place);
}
