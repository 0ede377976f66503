import { existsSync, lstatSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bundle } from '@shimwright/bundle-core';
import { traceShim } from '@shimwright/shim-client';
import { processStat } from '@shimwright/shim-host';
import { containerState } from './container-state.ts';
import { dependsOnContainer, type Evidence, judge, type LivingContainer, type Verdict } from './liveness.ts';
import type { Site } from './site.ts';

/** What became of a bundle. */
export interface BundleLook extends Verdict {
  /** What that was judged by. */
  readonly evidence: Evidence;
  /** Where the shim listened, by its record. */
  readonly address: string | undefined;
  /** The control socket of the process that the shim shared with others. */
  readonly controlSocket: string | undefined;
  /** When the directory had changed last; undefined where that was only just before. */
  readonly changedAt: number | undefined;
}

/** The clock of a file system is no finer than a tick of the kernel. */
const TICK_MS = 20;

/** Looks at a bundle, at one that may just be getting its shim a second time; undefined when it is gone. */
export async function lookAtBundle(bundle: Bundle, site: Site): Promise<BundleLook | undefined> {
  const changedAt = changeTime(bundle.path);
  const isSettled = Date.now() - changedAt > TICK_MS;
  const { namespace, legacyAddress } = site;
  const traced = { bundlePath: bundle.path, namespace, id: bundle.id, legacyAddress };
  let trace = await traceShim(traced);
  if (trace.state === 'none' && (await settle(bundle.path, site))) trace = await traceShim(traced);
  if (!existsSync(bundle.path)) return undefined;
  const { address, controlSocket, state: shim, pid: shimPid } = trace;
  const seen = { hasBundle: true, shim, shimPid, isShared: controlSocket !== undefined };
  const container = dependsOnContainer(seen) ? await livingContainer(bundle, site) : undefined;
  const evidence = { ...seen, container };
  return {
    ...judge(evidence),
    ...{ evidence, address, controlSocket, changedAt: isSettled ? changedAt : undefined },
  };
}

/** Whether a bundle has no other shim than at the look: to start one changes its directory. */
export function isUnchanged(bundle: Bundle, { changedAt }: BundleLook): boolean {
  return changedAt !== undefined && changeTime(bundle.path) === changedAt;
}

/** When a file changed last, in milliseconds since 1970; 0 for one that is not there. */
function changeTime(file: string): number {
  return lstatSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}

/** Waits until something has an age at which nobody is at work on it any more; gives whether that was needed. */
export async function settle(file: string, { settleMs, signal }: Site): Promise<boolean> {
  const waitMs = Math.min(settleMs, changeTime(file) + settleMs - Date.now());
  if (waitMs <= 0) return false;
  await delay(waitMs, undefined, { signal });
  return true;
}

/** The first process of a container that has not ended. */
async function livingContainer(
  bundle: Bundle,
  { runtimeFor, runtimeRoot, signal }: Site,
): Promise<LivingContainer | undefined> {
  if (!existsSync(path.join(runtimeRoot, bundle.id))) return undefined;
  const state = await containerState(bundle.id, await runtimeFor(bundle), signal);
  if (state === undefined || state.status === 'stopped') return undefined;
  return { pid: state.pid, isOrphan: processStat(state.pid)?.parent === 1 };
}
