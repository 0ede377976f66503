import { mkdtemp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Bundle, defaultSpec, newBundle } from '@shimwright/bundle-core';
import { newShimClient, type ShimClient, type ShimOpt, shimConfig, shimRemote } from '@shimwright/runtime-v1';
import { sharedShimSocket, shimAddress } from '@shimwright/shim-address';
import { withShared } from '@shimwright/shim-client';
import type { Program } from '@shimwright/shim-service';
import { fewAtATime } from '../few-at-a-time.ts';
import { removeLeftovers } from '../leftovers.ts';
import { built } from './built.ts';
import { effort } from './effort.ts';
import type { SpaceComparison } from './turns.ts';

const CONTAINERS = effort(100, 3);
/** Until then a shim process loads, compiles and warms up: what comes is the price of a container. */
const WARM = effort(20, 2);
const AT_ONCE = 4;
/** What counts is what they take while they rest. */
const REST_MS = effort(3_500, 0);

type Built = typeof import('@shimwright/shim-service');

/** The private memory of all shim processes of 100 running containers at rest: our built program against the stock shims. */
export async function run(): Promise<readonly SpaceComparison[]> {
  await built('shim-service');
  const { shimProgram }: Built = await import(
    path.join(import.meta.dirname, '../../packages/shim-service/dist/index.js')
  );
  const base = await mkdtemp('/run/shimwright-bench-');
  const token = path.basename(base);
  try {
    const stock = await measured(base, 'stock', stockOpt(base));
    const shared = await measured(base, 'shared', sharedOpt(base, shimProgram()));
    return [
      compared('one container', shared.first, stock.first),
      compared(`each further container, from ${WARM}`, shared.further, stock.further),
      compared(`${CONTAINERS} containers`, shared.all, stock.all),
    ];
  } finally {
    await removeLeftovers(token, base);
  }
}

function compared(work: string, oursBytes: number, peerBytes: number): SpaceComparison {
  return { work: `private memory, ${work}`, oursBytes, peerBytes, ratio: oursBytes / peerBytes };
}

function stockOpt(base: string): ShimOpt {
  const config = { shim: 'containerd-shim', runtimeRoot: path.join(base, 'runc'), socketRoot: base };
  return shimRemote(config, { daemonAddress: path.join(base, 'stock.sock') });
}

/** As `shimRemote` does it, but by the program as it is published: one file, without the compiler's work. */
function sharedOpt(base: string, program: Program): ShimOpt {
  const daemonAddress = path.join(base, 'shared.sock');
  const config = { runtimeRoot: path.join(base, 'runc') };
  return (bundle, namespace) => [
    shimConfig(bundle, namespace, config),
    withShared({
      ...{ ...program, daemonAddress },
      address: shimAddress({ daemonAddress, namespace, id: bundle.id, socketRoot: base }),
      controlSocket: sharedShimSocket({ daemonAddress, socketRoot: base }),
    }),
  ];
}

interface Running {
  readonly shim: ShimClient;
  readonly shimPid: number;
  readonly bundle: Bundle;
}

interface Memory {
  /** Bytes with one container. */
  readonly first: number;
  /** Bytes for each container after the first ones. */
  readonly further: number;
  /** Bytes with all. */
  readonly all: number;
}

async function measured(base: string, name: string, opt: ShimOpt): Promise<Memory> {
  const running: Running[] = [];
  const startUntil = async (count: number) => {
    const ids = Array.from(
      { length: count - running.length },
      (_, next) => `${name}-${running.length + next}`,
    );
    await fewAtATime(AT_ONCE, ids, async (id) => running.push(await started(base, id, opt)));
    await delay(REST_MS);
    return privateBytes(running);
  };
  const first = await startUntil(1);
  const warm = await startUntil(WARM);
  const all = await startUntil(CONTAINERS);
  for (const one of running) await ended(one);
  return { first, further: (all - warm) / (CONTAINERS - WARM), all };
}

async function started(base: string, id: string, opt: ShimOpt): Promise<Running> {
  const args = ['/bin/sleep', '600'];
  const spec = defaultSpec({ args, cgroupsPath: `/${path.basename(base)}-${id}` });
  const bundle = await newBundle({
    id,
    path: path.join(base, 'state'),
    workDir: path.join(base, 'root'),
    spec,
  });
  const shim = await newShimClient(bundle, 'bench', opt);
  const rootfs = [{ type: 'bind', source: '/', options: ['bind', 'ro'] }];
  await shim.create({ id, bundle: bundle.path, rootfs });
  await shim.start({ id });
  const { shimPid } = await shim.shimInfo({});
  return { shim, shimPid, bundle };
}

async function ended({ shim, bundle }: Running): Promise<void> {
  await shim.kill({ signal: 9, all: true });
  await shim.wait({ id: bundle.id });
  await shim.delete({});
  await shim.stopShim();
  await shim.close();
  await bundle.delete();
}

/** What only these processes hold, see proc(5), smaps_rollup. */
async function privateBytes(running: readonly Running[]): Promise<number> {
  const pids = new Set(running.map(({ shimPid }) => shimPid)); // to ask them now would be no rest
  let total = 0;
  for (const pid of pids) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
    for (const [, kilobytes] of rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm))
      total += Number(kilobytes) * 1024;
  }
  return total;
}
