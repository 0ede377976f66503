import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Comparison, inTurns, nodeContender } from './turns.ts';

/** A call of Shim.State over a Unix socket: our client and server against those of `@grpc/grpc-js`, with the same codecs. */
export async function run(): Promise<readonly Comparison[]> {
  const base = await mkdtemp(path.join(tmpdir(), 'shimwright-bench-'));
  const program = path.join(import.meta.dirname, 'grpc/client.ts');
  try {
    await using ours = nodeContender(program, 'ttrpc', path.join(base, 'ttrpc.sock'));
    await using peer = nodeContender(program, 'grpc', path.join(base, 'grpc.sock'));
    return [
      await inTurns({ work: 'one', count: 200, rounds: 9, ours, peer }),
      await inTurns({ work: 'many', count: 1280, rounds: 9, ours, peer }),
    ];
  } finally {
    await rm(base, { recursive: true });
  }
}
