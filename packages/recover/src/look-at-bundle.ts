import { existsSync, lstatSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bundle } from '@shimwright/bundle-core';
import { type ShimTrace, traceShim } from '@shimwright/shim-client';
import { containerState } from './container-state.ts';
import type { Found } from './finding.ts';
import { parentOf } from './process-table.ts';
import type { Site } from './site.ts';

/** What became of a bundle. */
export interface BundleLook {
  readonly found: Extract<Found, 'live-shim' | 'live-container' | 'dead-shim' | 'orphan-bundle'>;
  readonly pid: number | undefined;
  /** Where the shim listened, by its record. */
  readonly address: string | undefined;
  /** The control socket of the process that the shim shared with others. */
  readonly controlSocket: string | undefined;
  /** When the directory had changed last; undefined where that was only just before. */
  readonly changedAt: number | undefined;
}

/** The clock of a file system is no finer than a tick of the kernel. */
const TICK_MS = 20;

/** Whether a bundle must not be touched. */
export function isLive({ found }: BundleLook): boolean {
  return found === 'live-shim' || found === 'live-container';
}

/** Looks at a bundle, at one that may just be getting its shim a second time; undefined when it is gone. */
export async function lookAtBundle(bundle: Bundle, site: Site): Promise<BundleLook | undefined> {
  const changedAt = changeTime(bundle.path);
  const isSettled = Date.now() - changedAt > TICK_MS;
  const identity = { bundlePath: bundle.path, namespace: site.namespace, id: bundle.id };
  let trace = await traceShim(identity);
  if (trace.state === 'none' && (await settle(bundle.path, site))) trace = await traceShim(identity);
  if (!existsSync(bundle.path)) return undefined;
  const { address, controlSocket } = trace;
  const container = await livingContainer(bundle, trace, site);
  const found = container === undefined ? FOUND[trace.state] : 'live-container';
  const pid = container ?? trace.pid;
  return { found, pid, address, controlSocket, changedAt: isSettled ? changedAt : undefined };
}

/** Whether a bundle has no other shim than at the look: to start one changes its directory. */
export function isUnchanged(bundle: Bundle, { changedAt }: BundleLook): boolean {
  return changedAt !== undefined && changeTime(bundle.path) === changedAt;
}

/** When a file changed last, in milliseconds since 1970; 0 for one that is not there. */
function changeTime(file: string): number {
  return lstatSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}

const FOUND = { live: 'live-shim', dead: 'dead-shim', none: 'orphan-bundle' } as const;

/** Waits until something has an age at which nobody is at work on it any more; gives whether that was needed. */
export async function settle(file: string, { settleMs, signal }: Site): Promise<boolean> {
  const waitMs = Math.min(settleMs, changeTime(file) + settleMs - Date.now());
  if (waitMs <= 0) return false;
  await delay(waitMs, undefined, { signal });
  return true;
}

/**
 * The process of a container that lives without a shim process, and yet is not lost: that of a shared process which is to
 * be started anew, or one that has its shim within another program, which is its parent.
 */
async function livingContainer(bundle: Bundle, trace: ShimTrace, site: Site): Promise<number | undefined> {
  const mayBeServed = trace.state === 'none' || (trace.state === 'dead' && trace.controlSocket !== undefined);
  if (!mayBeServed) return undefined;
  const pid = await containerProcess(bundle, site);
  if (pid === undefined) return undefined;
  return trace.controlSocket !== undefined || parentOf(pid) !== 1 ? pid : undefined;
}

/** The first process of a container that has not ended. */
async function containerProcess(
  bundle: Bundle,
  { runtimeFor, runtimeRoot, signal }: Site,
): Promise<number | undefined> {
  if (!existsSync(path.join(runtimeRoot, bundle.id))) return undefined;
  const state = await containerState(bundle.id, runtimeFor(bundle), signal);
  return state?.status === 'stopped' ? undefined : state?.pid;
}
