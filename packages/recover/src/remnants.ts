import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { atomicDelete, sweep } from '@shimwright/fs-atomic';
import { bundleOf } from './bundle-of.ts';
import { noneIfMissing } from './errors.ts';
import { type Found, mountFinding, type Remnant } from './finding.ts';
import { settle } from './look-at-bundle.ts';
import { type Mounts, unmount } from './mounts.ts';
import { isWorkDirectory } from './recognize.ts';
import type { Site } from './site.ts';

/** The work directories that have no bundle. @param ids of the bundles there are. */
export async function orphanWorkDirectories(site: Site, ids: ReadonlySet<string>): Promise<Remnant[]> {
  const entries = await readdir(site.roots.workDir, { withFileTypes: true }).catch(noneIfMissing);
  const remnants: Remnant[] = [];
  for (const entry of entries) {
    const bundle = entry.isDirectory() && !ids.has(entry.name) && bundleOf(entry.name, site);
    if (!bundle) continue;
    const { id, path: bundlePath, workDir } = bundle;
    const isOrphan = () => !existsSync(bundlePath) && isWorkDirectory(workDir);
    if (!isOrphan()) continue;
    await settle(workDir, site);
    if (!isOrphan()) continue;
    remnants.push({
      finding: { id, found: 'orphan-work-directory', path: workDir, cleaned: false },
      clean: async () => {
        if (!isOrphan()) return {}; // somebody uses it by now
        await atomicDelete(workDir);
        return { cleaned: true };
      },
    });
  }
  return remnants;
}

const HIDDEN = /^\.(?<name>.*)\.(?<kind>delete|make|write)~/s;

/**
 * What was being made or deleted in a directory by processes that are gone.
 *
 * @param found what it is found to be, where that does not depend on its name.
 */
export async function interruptedWork(
  directory: string,
  allMounts: Mounts,
  found?: Found,
): Promise<Remnant[]> {
  const leftovers = await sweep(directory, { dryRun: true });
  const swept = once(async () => {
    for (const leftover of leftovers) unmount(allMounts.at(leftover));
    await sweep(directory);
  });
  return leftovers.map((leftover) => {
    const { name = '', kind } = HIDDEN.exec(path.basename(leftover))?.groups ?? {};
    const id = found === undefined ? name : '';
    const interrupted: Found = kind === 'delete' ? 'interrupted-delete' : 'interrupted-create';
    return {
      finding: { id, found: found ?? interrupted, path: leftover, cleaned: false },
      belongings: allMounts.at(leftover).map((mount) => mountFinding(mount, id)),
      clean: async () => {
        await swept().catch((error: unknown) => {
          if (existsSync(leftover)) throw error;
        });
        return { cleaned: true };
      },
    };
  });
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
