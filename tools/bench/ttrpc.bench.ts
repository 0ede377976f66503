import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { buildGo } from '../go.ts';
import { type Comparison, Contender, inTurns, nodeContender } from './turns.ts';

/** A call of Shim.State: our client against containerd's, both of the same server, which is containerd's. */
export async function run(): Promise<readonly Comparison[]> {
  const binary = await buildGo(path.join(import.meta.dirname, '../go-ttrpc'));
  const base = await mkdtemp(path.join(tmpdir(), 'shimwright-bench-'));
  const socket = path.join(base, 'go.sock');
  const server = execa(binary, ['server', socket], { buffer: false, stdin: 'pipe' });
  try {
    await once(server.stdout, 'data'); // it listens
    await using ours = nodeContender(path.join(import.meta.dirname, 'ttrpc-ours.ts'), socket);
    await using peer = new Contender(binary, ['bench', socket]);
    return [
      await inTurns({ work: 'one', count: 2000, rounds: 21, ours, peer }),
      await inTurns({ work: 'many', count: 19_200, rounds: 11, ours, peer }),
    ];
  } finally {
    server.stdin.end();
    await server;
    await rm(base, { recursive: true });
  }
}
