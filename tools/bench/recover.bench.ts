import { mkdir, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { removeLeftovers } from '../leftovers.ts';
import { type Comparison, inTurns, nodeContender } from './turns.ts';

/** A way back after a crash, against the tools that there are without it. */
export async function run(): Promise<readonly Comparison[]> {
  const base = await mkdtemp('/dev/shm/shimwright-bench-');
  const token = path.basename(base);
  const program = path.join(import.meta.dirname, 'recover-ours.ts');
  const [own, other] = [path.join(base, 'ours'), path.join(base, 'peer')];
  for (const directory of [own, other]) await mkdir(directory);
  try {
    await using ours = nodeContender(program, own, `${token}-ours`);
    await using peer = nodeContender(program, other, `${token}-peer`);
    const compare = async (title: string, work: string, peerWork: string, count: number) => ({
      ...(await inTurns({ work, peerWork, count, rounds: 5, ours, peer })),
      work: title,
    });
    return [
      await compare('1,000 dead bundles, against runc delete and rm -rf, each', 'dead', 'rm-dead', 1000),
      await compare(
        '1,000 bundles without containers, against rm -rf, each',
        'bundles-alone',
        'rm-bundles-alone',
        1000,
      ),
      await compare(
        '200 live shims, against a connection with a ShimInfo, each',
        'live',
        'connect-live',
        200,
      ),
    ];
  } finally {
    await removeLeftovers(token, base);
  }
}
