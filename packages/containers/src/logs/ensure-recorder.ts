import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { startProgram } from '../own-program.ts';
import type { Place } from '../place.ts';
import { tryLock } from './lock.ts';
import { recorderLock } from './recorder.ts';

/** After how long is looked once more whether the one that seemed to be there is: a killed process has its locks until it is gone. */
const DYING_MS = 200;

/** How long a recorder may take to lock its place. */
const STARTING_MS = 1_000;

/** Those that this process has just started, by the directory of the bundles: they find whatever was there before they look. */
const starting = new Map<string, ChildProcess>();

/** Sees to it that somebody records what is to be recorded; it does not wait for that, since the pipes keep what comes meanwhile. */
export async function ensureRecorder(place: Place): Promise<void> {
  if (startMissing(place)) return;
  await wakeRecorder(place);
  setTimeout(() => lookAgain(place), DYING_MS).unref();
}

function lookAgain(place: Place): void {
  try {
    startMissing(place);
  } catch {
    // the place is gone, or no longer ours
  }
}

/** Whether there was none, so that one is being started now. */
function startMissing(place: Place): boolean {
  if (starting.has(place.bundles)) return false;
  const lock = tryLock(recorderLock(place), true);
  if (!lock) return false;
  lock.release();
  const args = [place.bundles, place.work, String(place.lingerMs)];
  const child = startProgram('recorder', args, { stdio: 'ignore', detached: true });
  const forget = () => starting.get(place.bundles) === child && starting.delete(place.bundles);
  child.on('error', forget); // without one the container goes on until its pipe is full, and the next program tries again
  child.on('exit', forget);
  setTimeout(forget, STARTING_MS).unref();
  child.unref();
  starting.set(place.bundles, child);
  return true;
}

/** Tells the recorder that there is something to record. */
export async function wakeRecorder(place: Place): Promise<void> {
  const now = new Date();
  await utimes(recorderLock(place), now, now).catch(() => {}); // it watches this
}

/** How often is looked whether a recorder is missing. */
const LOOK_AGAIN_MS = 2_000;

/** Has a recorder where one is missing for a container that is there already; to be called again and again, as it may be killed at any time. */
export function recorderFor(place: Place, recording: string): () => Promise<void> {
  let lookedAt = -LOOK_AGAIN_MS;
  return async () => {
    if (performance.now() - lookedAt < LOOK_AGAIN_MS || !existsSync(recording)) return;
    lookedAt = performance.now();
    await ensureRecorder(place);
  };
}
