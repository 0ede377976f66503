import type { Bundle } from '@shimwright/bundle-core';
import { timestampToDate } from '@shimwright/shim-api';
import { listShared, newClient, withConnect } from '@shimwright/shim-client';
import { sharedProgram } from '@shimwright/shim-service';
import { Claim } from './claim.ts';
import { deleteBundle } from './delete-bundle.ts';
import { type EndOptions, endContainer } from './end-container.ts';
import type { Finding } from './finding.ts';
import { isLive } from './liveness.ts';
import { type BundleLook, isUnchanged, lookAtBundle } from './look-at-bundle.ts';
import { unmount } from './mounts.ts';
import { requireBundle } from './recognize.ts';
import type { Site } from './site.ts';
import { tell } from './tell.ts';

/** What is known of a bundle beforehand. */
export interface CleanOptions extends EndOptions {
  /** What is mounted below it. */
  readonly mounts: readonly string[];
  /** What was seen of it. */
  readonly look: BundleLook;
}

/** Ends the container of a dead shim, tells its exit, and removes all that is left. */
export async function cleanBundle(
  bundle: Bundle,
  site: Site,
  options: CleanOptions,
): Promise<Partial<Finding>> {
  requireBundle(bundle);
  const isSame = isUnchanged(bundle, options.look); // before the claim, which is a change
  const claim = Claim.take(bundle.path);
  if (!claim) return {}; // somebody else is at it, or was
  try {
    const ended = await (options.look.controlSocket === undefined
      ? endIfDead(bundle, site, { ...options, isSame })
      : endBySuccessor(bundle, site, options, options.look.controlSocket));
    if ('found' in ended) {
      claim.release();
      return ended;
    }
    unmount(options.mounts);
    await deleteBundle(bundle);
    return { ...ended, cleaned: true };
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** What it is found to be by now, or how its container ended. */
type Ended = Pick<Finding, 'found' | 'pid'> | Pick<Finding, 'exit'>;

/** Looks once more before, unless nothing has changed: a shim may have been started since. */
async function endIfDead(
  bundle: Bundle,
  site: Site,
  { isSame, ...options }: EndOptions & { readonly isSame: boolean },
): Promise<Ended> {
  const look = isSame ? undefined : await lookAtBundle(bundle, site);
  if (look && isLive(look)) return { found: look.found, ...(look.pid !== undefined && { pid: look.pid }) };
  return endAlone(bundle, site, options);
}

async function endAlone(bundle: Bundle, site: Site, options: EndOptions): Promise<Pick<Finding, 'exit'>> {
  const end = await endContainer(bundle, site, options);
  if (!end) return {};
  if (!end.isTold) tell(bundle.id, end.exit, site);
  return { exit: end.exit };
}

/**
 * Has a shared process that died succeeded by another one, which knows what its shims have not told yet, and tells it
 * like any exit. It is what looks once more, too, and may know nothing of the bundle.
 */
async function endBySuccessor(
  bundle: Bundle,
  site: Site,
  options: EndOptions,
  controlSocket: string,
): Promise<Ended> {
  const { config, namespace, runOptions, signal } = site;
  const abort = signal && { signal };
  const served = (await listShared({ ...sharedProgram(), controlSocket }, signal)).find(
    (one) => one.path === bundle.path,
  );
  if (!served) return endAlone(bundle, site, options);
  if (served.failure !== undefined) throw new Error(`its shim cannot go on with it: ${served.failure}`);
  const shim = await newClient(
    {
      ...{ path: bundle.path, workDir: bundle.workDir, namespace },
      criu: runOptions.criuPath ?? '',
      runtimeRoot: runOptions.runtimeRoot || (config.runtimeRoot ?? ''),
      systemdCgroup: runOptions.systemdCgroup ?? false,
    },
    withConnect({ address: served.address }),
    abort,
  );
  try {
    const state = await shim.state({ id: bundle.id }, abort).catch(unlessMissing);
    if (state && state.status !== 'STOPPED') return { found: 'live-shim' };
    const isUnknown = await isExitUnknown(bundle, controlSocket, signal);
    if (state) await shim.delete({}, abort);
    await shim.stopShim(abort);
    if (!state) return {};
    const { pid, exitStatus } = state;
    return { exit: { pid, exitStatus, exitedAt: timestampToDate(state.exitedAt) ?? new Date(), isUnknown } };
  } finally {
    await shim.close();
  }
}

async function isExitUnknown(
  { id, path }: Bundle,
  controlSocket: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const shims = await listShared({ ...sharedProgram(), controlSocket }, signal);
  return shims.find((shim) => shim.path === path)?.unknownExits.includes(id) ?? false;
}

function unlessMissing(error: unknown): undefined {
  if (!(typeof error === 'object' && error !== null && 'status' in error && error.status === 'NOT_FOUND'))
    throw error;
}
