import { existsSync } from 'node:fs';
import { listBundles } from '@shimwright/bundle-core';
import { bundleRemnants } from './bundle-remnants.ts';
import { RecoverError } from './errors.ts';
import { fewAtATime } from './few-at-a-time.ts';
import type { Finding, Remnant } from './finding.ts';
import { Mounts } from './mounts.ts';
import { orphanContainers } from './orphan-containers.ts';
import { interruptedWork, orphanWorkDirectories } from './remnants.ts';
import { type RecoverConfig, type RecoverOptions, type Site, siteOf } from './site.ts';
import { staleSharedSocket, staleSockets } from './stale-sockets.ts';

/**
 * Looks what a crash or a restart has left of the bundles below two roots and of their shims, and says for each id what
 * it found. With `clean`, all that is dead is removed: the container of a dead shim is killed by the OCI runtime, its exit
 * told as 137, its mounts are undone, its socket, bundle and work directory deleted.
 *
 * A shim lives if its process does, or if somebody listens at its address; nothing is asked of it, so one that is slow or
 * stopped lives. What lives is not touched. Twice, or in two processes at once, it does no harm: each bundle is cleaned by
 * one of them, which tells its exit. Where that one is killed on the way, the next tells the same, to the millisecond.
 *
 * What cannot be looked at or cleaned has an `error` in its finding, and holds up nothing else. A directory that is not
 * certainly a bundle, or a work directory of one, is told, and never removed.
 *
 * @throws {BundleError} `ERR_BUNDLE_NAMESPACE`, `ERR_BUNDLE_PATH`. @throws {RecoverError} `ERR_RECOVER_PROC`. Rejects
 * with the signal's reason on an abort.
 */
export async function recover(config: RecoverConfig, options: RecoverOptions): Promise<Finding[]> {
  const site = siteOf(config, options);
  if (!existsSync('/proc/self/stat')) {
    throw new RecoverError('ERR_RECOVER_PROC', 'there is no /proc, which tells what lives');
  }
  const remnants = await find(site);
  if (options.clean) return clean(remnants, site);
  return remnants.flatMap(({ finding, belongings = [] }) => [finding, ...belongings]);
}

async function find(site: Site): Promise<Remnant[]> {
  const { path: root, workDir } = site.roots;
  site.signal?.throwIfAborted();
  const bundles = await listBundles(site.roots);
  const mounts = await Mounts.below(root, workDir);
  const { remnants, sockets, areShared } = await bundleRemnants(bundles, site, mounts);
  const ids = new Set(bundles.map(({ id }) => id));
  return [
    ...remnants,
    ...(await orphanContainers(site, ids)),
    ...(await orphanWorkDirectories(site, ids)),
    ...(await interruptedWork(root, mounts)),
    ...(await interruptedWork(workDir, mounts)),
    ...(await interruptedWork(site.socketDirectory, mounts, 'stale-socket')),
    ...(await staleSockets(site, sockets)),
    // The successor of a shared process takes up what that has left.
    ...(areShared ? [] : await staleSharedSocket(site)),
  ];
}

async function clean(
  remnants: readonly Remnant[],
  { concurrency, signal, onProgress }: Site,
): Promise<Finding[]> {
  const total = remnants.filter((remnant) => remnant.clean).length;
  let done = 0;
  const cleaned = await fewAtATime(remnants, concurrency, signal, async (remnant) => {
    if (!remnant.clean) return [remnant.finding];
    const findings = await remnant.clean().then(
      (change) => changed(remnant, change),
      (error: unknown) => {
        signal?.throwIfAborted();
        return changed(remnant, { error });
      },
    );
    done += 1;
    onProgress({ phase: 'clean', done, total });
    return findings;
  });
  return cleaned.flat();
}

/** A shim that was started meanwhile has what belongs to it. */
function changed({ finding, belongings = [] }: Remnant, change: Partial<Finding>): Finding[] {
  const after = { ...finding, ...change };
  if (after.found !== finding.found) return [after];
  return [after, ...belongings.map((belonging) => ({ ...belonging, cleaned: after.cleaned }))];
}
