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
import { staleGroupRemnants } from './stale-group-remnants.ts';
import { staleSharedSocket, staleSockets } from './stale-sockets.ts';

/**
 * Looks at what a crash or a restart has left of the bundles below two roots and of their shims, and reports what it
 * found for each id. With `clean`, it removes everything that is dead: the OCI runtime kills the container of a dead shim,
 * its exit is reported as 137, its mounts are undone, and its socket, bundle and work directory are deleted.
 *
 * A shim is alive if its process runs or somebody listens at its address. It is not called, so a slow or stopped shim
 * counts as alive. Nothing alive is touched. Running this twice, or in two processes at once, does no harm: each bundle is
 * cleaned by one of them, which reports its exit. If that one is killed midway, the next reports the same, to the
 * millisecond.
 *
 * If something cannot be looked at or cleaned, its finding has an `error`, and everything else continues. A directory that
 * is not certainly a bundle or a work directory is reported, and never removed.
 *
 * @throws {BundleError} `ERR_BUNDLE_NAMESPACE`, `ERR_BUNDLE_PATH`. @throws {RecoverError} `ERR_RECOVER_PROC`. On an abort
 * it rejects with the signal's reason.
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
    ...staleGroupRemnants(site),
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
