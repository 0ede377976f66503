import { existsSync } from 'node:fs';
import type { Bundle } from '@shimwright/bundle-core';
import { Changes } from '../changes.ts';
import { ContainerError } from '../errors.ts';
import type { Place } from '../place.ts';
import { recorderFor } from './ensure-recorder.ts';
import { logFiles } from './log-files.ts';

/** How long the log of an earlier run may take to be written. */
const LOG_LIMIT_MS = 10_000;

/** How long a change may go unnoticed where the kernel does not tell of it. */
const LOOK_AGAIN_MS = 100;

/** Resolves when all that a container wrote, which has ended, is in its log. @throws {ContainerError} `ERR_CONTAINER_STATE` if it never is. */
export async function untilRecorded(bundle: Bundle, place: Place, signal?: AbortSignal): Promise<void> {
  const { recording } = logFiles(bundle);
  const ensured = recorderFor(place, recording);
  const limit = AbortSignal.timeout(LOG_LIMIT_MS);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  using changes = new Changes([bundle.path], LOOK_AGAIN_MS, either);
  while (existsSync(recording)) {
    signal?.throwIfAborted();
    if (limit.aborted) {
      const message = `the output of ${bundle.id} is still being written to its log`;
      throw new ContainerError('ERR_CONTAINER_STATE', message, { id: bundle.id });
    }
    await ensured();
    await changes.next();
  }
}

/**
 * Waits for what a container wrote just before its end, which may still be on its way to the log. Whatever keeps that from being known,
 * the log is there as far as it goes.
 */
export async function completeLog(
  bundle: Bundle,
  place: Place,
  stateNow: () => Promise<{ readonly status: string }>,
): Promise<void> {
  if (!existsSync(logFiles(bundle).recording)) return;
  const { status } = await stateNow().catch(() => ({ status: 'lost' }));
  if (status === 'stopped') await untilRecorded(bundle, place).catch(() => {});
}
