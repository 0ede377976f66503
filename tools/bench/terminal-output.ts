// How fast output comes through a terminal: `terminal-output.ts [MIB] [TURNS]`, by `shimLocal`, by our shared shim and by the stock
// shim, in turns. It prints the medians in MiB a second, from the start of the container to the last byte.
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { EventExchange } from '@shimwright/event-exchange';
import {
  becomeSubreaper,
  defaultSpec,
  newBundle,
  newShimClient,
  type ShimOpt,
  shimLocal,
  shimRemote,
  TaskIO,
} from '@shimwright/runtime-v1';
import { removeLeftovers } from '../leftovers.ts';
import { median } from './turns.ts';

const [mib, turns] = [Number(process.argv[2] ?? 64), Number(process.argv[3] ?? 5)];
const base = await mkdtemp('/run/shimwright-bench-');
const token = path.basename(base);
const config = { runtimeRoot: `${base}/runc`, socketRoot: base };
becomeSubreaper();
const ways: Readonly<Record<string, ShimOpt>> = {
  shimLocal: shimLocal(config, new EventExchange(), { runtime: 'runc' }),
  'our shared shim': shimRemote(config, { daemonAddress: `${base}/ours.sock` }),
  'the stock shim': shimRemote(
    { ...config, shim: 'containerd-shim' },
    { daemonAddress: `${base}/stock.sock` },
  ),
};

/** MiB a second. */
async function speed(id: string, opt: ShimOpt): Promise<number> {
  const args = ['/bin/sh', '-c', `stty raw; head -c ${mib}M /dev/zero`];
  const spec = defaultSpec({ args, cgroupsPath: `/${token}-${id}`, terminal: true });
  const bundle = await newBundle({ id, path: `${base}/state`, workDir: `${base}/root`, spec });
  const shim = await newShimClient(bundle, 'bench', opt);
  await using io = await TaskIO.create(`${base}/${id}-io`, { terminal: true });
  const rootfs = [{ type: 'bind', source: '/', options: ['bind', 'ro'] }];
  await shim.create({ id, bundle: bundle.path, rootfs, terminal: true, ...io.paths });
  let bytes = 0;
  const begin = performance.now();
  const ended = (async () => {
    for await (const chunk of io.streams().stdout ?? []) {
      bytes += chunk.length;
      if (bytes >= mib * 2 ** 20) return;
    }
  })();
  await shim.start({ id });
  await ended;
  const seconds = (performance.now() - begin) / 1e3;
  await shim.wait({ id });
  await shim.delete({});
  await shim.stopShim();
  await shim.close();
  await bundle.delete();
  return bytes / 2 ** 20 / seconds;
}

const speeds = new Map<string, number[]>();
try {
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [index, [way, opt]] of Object.entries(ways).entries()) {
      speeds.set(way, [...(speeds.get(way) ?? []), await speed(`t${turn}-${index}`, opt)]);
    }
  }
} finally {
  await removeLeftovers(token, base);
}
const stock = median(speeds.get('the stock shim') ?? []);
for (const [way, all] of speeds) {
  const own = median(all);
  console.log(`${way}: ${own.toFixed(0)} MiB/s, ${(own / stock).toFixed(2)} of the stock shim`);
}
