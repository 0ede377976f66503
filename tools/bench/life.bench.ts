import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultSpec } from '@shimwright/bundle-core';
import { buildGo } from '../go.ts';
import { removeLeftovers } from '../leftovers.ts';
import { type Comparison, Contender, inTurns, nodeContender } from './turns.ts';

/** The whole life of a container with runc: ours, with the stock shim and without, against containerd's own client. */
export async function run(): Promise<readonly Comparison[]> {
  const binary = await buildGo(path.join(import.meta.dirname, 'go-life'));
  const base = await mkdtemp('/run/shimwright-bench-');
  const token = path.basename(base);
  const spec = path.join(base, 'config.json');
  await writeFile(spec, JSON.stringify(defaultSpec({ args: ['/bin/true'], cgroupsPath: `/${token}-@ID@` })));
  try {
    await using ours = nodeContender(path.join(import.meta.dirname, 'life-ours.ts'), base, spec);
    await using peer = new Contender(binary, [base, spec]);
    const turns = { count: 3, rounds: 15, ours, peer };
    const stock = await inTurns({ ...turns, work: 'life' });
    const local = await inTurns({ ...turns, work: 'local', peerWork: 'life' });
    return [
      { ...stock, work: 'whole life, stock shim on both sides' },
      { ...local, work: 'whole life, shimLocal against the stock shim' },
    ];
  } finally {
    await removeLeftovers(token, base);
  }
}
