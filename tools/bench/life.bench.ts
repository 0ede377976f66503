import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultSpec } from '@shimwright/bundle-core';
import { OciRuntime } from '@shimwright/oci-runtime';
import { buildGo } from '../go.ts';
import { removeLeftovers } from '../leftovers.ts';
import { type Comparison, Contender, inTurns, nodeContender } from './turns.ts';

/** The path of a crun that can make containers here: version 1.8 cannot on a hybrid cgroup hierarchy. */
async function workingCrun(root: string): Promise<string | undefined> {
  const { name, command } = await new OciRuntime({ command: 'auto', root }).chosen();
  return name === 'crun' ? command : undefined;
}

type Compare = (
  title: string,
  works: { readonly work: string; readonly peerWork: string },
) => Promise<Comparison>;

async function withCrun(compare: Compare): Promise<readonly Comparison[]> {
  const rows: Comparison[] = [];
  for (const [name, work] of [
    ['shimLocal', 'local-crun'],
    ['our shared shim', 'shared-crun'],
  ] as const) {
    for (const [peer, peerWork] of [
      ['runc', 'life'],
      ['crun', 'life-crun'],
    ] as const) {
      rows.push(
        await compare(`whole life, ${name} with crun against the stock shim with ${peer}`, {
          work,
          peerWork,
        }),
      );
    }
  }
  return rows;
}

/** The whole life of a container with runc: ours, with the stock shim and without, against containerd's own client. */
export async function run(): Promise<readonly Comparison[]> {
  const binary = await buildGo(path.join(import.meta.dirname, 'go-life'));
  const base = await mkdtemp('/run/shimwright-bench-');
  const token = path.basename(base);
  const spec = path.join(base, 'config.json');
  await writeFile(spec, JSON.stringify(defaultSpec({ args: ['/bin/true'], cgroupsPath: `/${token}-@ID@` })));
  try {
    const crun = await workingCrun(path.join(base, 'probe'));
    await using ours = nodeContender(path.join(import.meta.dirname, 'life-ours.ts'), base, spec, crun ?? '');
    await using peer = new Contender(binary, [base, spec, crun ?? '']);
    const turns = { count: 3, rounds: 15, ours, peer };
    const compare = async (
      title: string,
      given: Partial<Parameters<typeof inTurns>[0]> & { work: string },
    ) => ({
      ...(await inTurns({ ...turns, ...given })),
      work: title,
    });
    return [
      await compare('whole life, stock shim on both sides', { work: 'life' }),
      await compare('whole life, shimLocal against the stock shim', { work: 'local', peerWork: 'life' }),
      await compare('whole life, shimLocal against runc alone', { work: 'local', peerWork: 'bare' }),
      await compare('whole life, our shared shim against the stock shim', {
        work: 'shared',
        peerWork: 'life',
      }),
      await compare('20 at once, shimLocal against the stock shim, each', {
        work: 'at-once',
        count: 20,
        rounds: 7,
      }),
      await compare('exec to exit, shimLocal against the stock shim', { work: 'exec', count: 5, rounds: 9 }),
      await compare('output by a FIFO, shimLocal against the stock shim, a MiB', {
        work: 'output',
        count: 256,
        rounds: 7,
      }),
      await compare('exit to its event, shimLocal against the stock shim and our spool', {
        ...{ work: 'exit-local', peerWork: 'exit-stock', peer: ours },
        ...{ count: 5, rounds: 9 },
      }),
      await compare('exit to its event, our shared shim against the stock shim, both by our spool', {
        ...{ work: 'exit-shared', peerWork: 'exit-stock', peer: ours },
        ...{ count: 5, rounds: 9 },
      }),
      ...(crun === undefined ? [] : await withCrun(compare)),
    ];
  } finally {
    await removeLeftovers(token, base);
  }
}
