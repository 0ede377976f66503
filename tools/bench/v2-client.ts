import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultSpec } from '@shimwright/bundle-core';
import { buildGo } from '../go.ts';
import { removeLeftovers, untilNothingIsLeft } from '../leftovers.ts';
import { type Comparison, Contender, inTurns, nodeContender } from './turns.ts';

/** The whole life of a container without a daemon: our client of runtime v2 against containerd's own, both with runc. */
export async function clientRows(): Promise<readonly Comparison[]> {
  const binary = await buildGo(path.join(import.meta.dirname, 'go-life-v2'));
  const base = await mkdtemp('/run/shimwright-bench-');
  const token = path.basename(base);
  const spec = path.join(base, 'config.json');
  await writeFile(spec, JSON.stringify(defaultSpec({ args: ['/bin/true'], cgroupsPath: `/${token}-@ID@` })));
  try {
    await using ours = nodeContender(path.join(import.meta.dirname, 'life-v2-ours.ts'), base, spec);
    await using peer = new Contender(binary, [base, spec]);
    const turns = { count: 3, rounds: 15, ours, peer };
    const stock = 'io.containerd.runc.v2';
    return [
      {
        ...(await inTurns({ ...turns, work: stock })),
        work: 'whole life without a daemon, stock v2 shim on both sides',
      },
      {
        ...(await inTurns({ ...turns, work: 'ours', peerWork: stock })),
        work: 'whole life without a daemon, our v2 shim against the stock one',
      },
    ];
  } finally {
    await untilNothingIsLeft(token); // the process of our shim ends by itself
    await removeLeftovers(token, base);
  }
}
