import { existsSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { startProgram } from '../own-program.ts';
import type { Place } from '../place.ts';
import { tryLock } from './lock.ts';
import { recorderLock } from './recorder.ts';

/** Sees to it that somebody records what is to be recorded; it does not wait for that, since the pipes keep what comes meanwhile. */
export async function ensureRecorder(place: Place): Promise<void> {
  const file = recorderLock(place);
  const lock = tryLock(file, true);
  if (!lock) return wakeRecorder(place);
  lock.release();
  const args = [place.bundles, place.work, String(place.lingerMs)];
  const child = startProgram('recorder', args, { stdio: 'ignore', detached: true });
  child.on('error', () => {}); // without one the container goes on until its pipe is full, and the next program tries again
  child.unref();
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
