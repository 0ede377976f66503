import { existsSync, rmSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Bundle } from '@shimwright/bundle-core';
import type { ContainerState } from '@shimwright/oci-runtime';
import { listShared } from '@shimwright/shim-client';
import { isListening, type ProcessIdentity } from '@shimwright/shim-host';
import { sharedProgram } from '@shimwright/shim-service';
import { bundleOf } from './bundle-of.ts';
import { Claim } from './claim.ts';
import { containerState } from './container-state.ts';
import { untilEnded } from './end-container.ts';
import { noneIfMissing } from './errors.ts';
import type { Finding, RecoveredExit, Remnant } from './finding.ts';
import { isLive, judge } from './liveness.ts';
import { settle } from './look-at-bundle.ts';
import { type ProcessTable, readProcessTable } from './process-table.ts';
import { isContainerState, requireContainerState } from './recognize.ts';
import { controlSocketOf, type Site } from './site.ts';
import { KILLED, tell } from './tell.ts';

/**
 * The containers that the OCI runtime knows by a bundle of these roots which is gone: one that was still being made when
 * its bundle was deleted, or half of such a one. Those of other roots are somebody else's.
 *
 * @param ids of the bundles there are.
 */
export async function orphanContainers(site: Site, ids: ReadonlySet<string>): Promise<Remnant[]> {
  const entries = await readdir(site.runtimeRoot, { withFileTypes: true }).catch(noneIfMissing);
  const candidates = entries
    .filter((entry) => entry.isDirectory() && !ids.has(entry.name))
    .flatMap(({ name }) => bundleOf(name, site) ?? []);
  const links = entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name);
  const remnants = links.flatMap((name) => abandonedClaim(path.join(site.runtimeRoot, name)) ?? []);
  if (candidates.length === 0) return remnants;
  const table = await readProcessTable(site);
  for (const bundle of candidates) {
    const remnant = await remnantOf(bundle, site, table);
    if (remnant) remnants.push(remnant);
  }
  return remnants;
}

/** What somebody left who was killed while it cleaned one of them. */
function abandonedClaim(link: string): Remnant | undefined {
  const id = Claim.abandonedId(link);
  if (id === undefined) return undefined;
  return {
    finding: { id, found: 'interrupted-delete', path: link, cleaned: false },
    clean: async () => {
      if (Claim.abandonedId(link) === undefined) return {};
      rmSync(link, { force: true });
      return { cleaned: true };
    },
  };
}

async function remnantOf(bundle: Bundle, site: Site, table: ProcessTable): Promise<Remnant | undefined> {
  const { id } = bundle;
  const directory = path.join(site.runtimeRoot, id);
  await settle(directory, site);
  const processes = table.byBundle.get(id) ?? [];
  const isOurs = processes.length > 0;
  if (existsSync(bundle.path) || !isContainerState(directory)) return undefined;
  const state = await containerState(id, await site.runtimeFor(), site.signal);
  if (!isOurs && (state ? !(await isAt(state.bundle, bundle)) : table.runtimeArguments.has(id)))
    return undefined;
  const finding: Finding = { id, found: 'orphan-container', path: directory, cleaned: false };
  const worker = processes.find(({ role }) => role === 'shim')?.pid;
  const isServed = worker === undefined && (await isShared(bundle, site));
  const verdict = judge({ hasBundle: false, shim: 'none', isShared: isServed, worker, isServed });
  return isLive(verdict)
    ? { finding: { ...finding, found: verdict.found } }
    : { finding, clean: () => clean(bundle, site, processes) };
}

async function clean(
  { id, path: bundlePath }: Bundle,
  site: Site,
  strays: readonly ProcessIdentity[],
): Promise<Partial<Finding>> {
  const { runtimeRoot, signal } = site;
  const claim = Claim.take(runtimeRoot, id);
  if (!claim) return {}; // somebody else is at it
  try {
    await Promise.all(strays.map((stray) => untilEnded(stray, signal)));
    const directory = path.join(runtimeRoot, id);
    if (existsSync(bundlePath) || !existsSync(directory)) return {};
    requireContainerState(directory);
    const runtime = await site.runtimeFor();
    const exit = exitOf(await containerState(id, runtime, signal));
    await runtime.delete(id, { force: true, ...(signal && { signal }) });
    if (exit) tell(id, exit, site);
    return { cleaned: true, ...(exit && { exit }) };
  } finally {
    claim.release();
  }
}

/** Whether the bundle by which the OCI runtime knows a container is this one; it may know that by its real path. */
async function isAt(known: string, { path: bundlePath }: Bundle): Promise<boolean> {
  if (known === bundlePath) return true;
  const root = await realpath(path.dirname(bundlePath)).catch(() => '');
  return known === path.join(root, path.basename(bundlePath));
}

/** Of one that had ended before, its shim has told. */
function exitOf(state: ContainerState | undefined): RecoveredExit | undefined {
  if (!state || state.status === 'stopped') return undefined;
  return { pid: state.pid, exitStatus: KILLED, exitedAt: new Date(), isUnknown: false };
}

/** A shared process may go on with a container whose bundle somebody has deleted. */
async function isShared(bundle: Bundle, site: Site): Promise<boolean> {
  const controlSocket = controlSocketOf(site);
  if (!(await isListening(controlSocket))) return false;
  const shims = await listShared({ ...sharedProgram(), controlSocket }, site.signal);
  return shims.some((shim) => shim.path === bundle.path);
}
