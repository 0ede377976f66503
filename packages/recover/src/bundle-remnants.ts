import { existsSync } from 'node:fs';
import type { Bundle } from '@shimwright/bundle-core';
import { parseAddress } from '@shimwright/shim-address';
import { cleanBundle } from './clean-bundle.ts';
import { fewAtATime } from './few-at-a-time.ts';
import { type Finding, mountFinding, type Remnant, socketFinding } from './finding.ts';
import { isLive, judge, type Verdict } from './liveness.ts';
import { type BundleLook, lookAtBundle } from './look-at-bundle.ts';
import type { Mounts } from './mounts.ts';
import { type ProcessTable, readProcessTable } from './process-table.ts';
import { requireBundle } from './recognize.ts';
import type { Site } from './site.ts';
import { readToldExits } from './told-exits.ts';

/** What the bundles are found to be. */
export interface BundleRemnants {
  readonly remnants: readonly Remnant[];
  /** The paths of all sockets that shims of these bundles have or had. */
  readonly sockets: ReadonlySet<string>;
  /** Whether any of them has a shim in a shared process, which is started anew where it is gone. */
  readonly areShared: boolean;
}

interface Looked {
  readonly bundle: Bundle;
  readonly look: BundleLook | undefined;
  readonly error?: unknown;
}

/** Looks at all bundles, a few at a time. */
export async function bundleRemnants(
  bundles: readonly Bundle[],
  site: Site,
  mounts: Mounts,
): Promise<BundleRemnants> {
  const looked = await lookAtAll(bundles, site);
  const dead = looked.filter(({ look }) => look && !isLive(look));
  const table = dead.length > 0 ? await readProcessTable(site) : NO_PROCESSES;
  let told: ReturnType<typeof readToldExits> | undefined;
  const toldExits = () => {
    told ??= readToldExits(site, table.publishers);
    return told;
  };

  const remnantOf = ({ bundle, look, error }: Looked): Remnant | undefined => {
    if (error !== undefined) return { finding: { ...found(bundle, 'unknown'), error } };
    if (!look) return undefined;
    const processes = table.byBundle.get(bundle.id) ?? [];
    const worker = processes.find(({ role }) => role === 'shim')?.pid;
    const verdict = judge({ ...look.evidence, worker });
    if (isLive(verdict)) return { finding: live(bundle, verdict) };
    const own = [...mounts.at(bundle.path), ...mounts.at(bundle.workDir)];
    const socket = socketOf(look);
    return {
      finding: found(bundle, verdict.found),
      belongings: [
        ...own.map((mount) => mountFinding(mount, bundle.id)),
        ...(socket !== undefined && existsSync(socket) ? [socketFinding(socket, bundle.id)] : []),
      ],
      clean: () => cleanBundle(bundle, site, { look, mounts: own, strays: processes, told: toldExits }),
    };
  };
  return {
    remnants: looked.map(remnantOf).filter((remnant) => remnant !== undefined),
    sockets: new Set(
      looked.map(({ look }) => look && socketOf(look)).filter((socket) => socket !== undefined),
    ),
    areShared: looked.some(({ look }) => look?.controlSocket !== undefined),
  };
}

const NO_PROCESSES: ProcessTable = { byBundle: new Map(), runtimeArguments: new Set(), publishers: [] };

async function lookAtAll(bundles: readonly Bundle[], site: Site): Promise<Looked[]> {
  let done = 0;
  return fewAtATime(bundles, site.concurrency, site.signal, async (bundle) => {
    const looked = await lookAtIts(bundle, site).then(
      (look) => ({ bundle, look }),
      (error: unknown) => {
        site.signal?.throwIfAborted();
        return { bundle, look: undefined, error };
      },
    );
    done += 1;
    site.onProgress({ phase: 'look', done, total: bundles.length });
    return looked;
  });
}

/** What is no bundle is not looked at as one. */
async function lookAtIts(bundle: Bundle, site: Site): Promise<BundleLook | undefined> {
  const look = await lookAtBundle(bundle, site);
  if (look && !isLive(look)) requireBundle(bundle);
  return look;
}

function found({ id, path }: Bundle, what: Finding['found']): Finding {
  return { id, found: what, path, cleaned: false };
}

function live(bundle: Bundle, { found: what, pid }: Verdict): Finding {
  return { ...found(bundle, what), ...(pid !== undefined && { pid }) };
}

/** The path of the socket that is recorded. */
function socketOf({ address }: BundleLook): string | undefined {
  if (address === undefined) return undefined;
  const { kind, path } = parseAddress(address);
  return kind === 'path' ? path : undefined;
}
