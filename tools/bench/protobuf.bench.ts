import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { generateRaw } from '../shim-api/generate.ts';
import { inTurns, nodeContender, type TimeComparison } from './turns.ts';

const SHIM_API = path.join(import.meta.dirname, '../../packages/shim-api');
const CODEC = path.join(import.meta.dirname, 'protobuf-codec.ts');

const WORKS = [
  'write-StateRequest',
  'read-StateRequest',
  'write-StateResponse',
  'read-StateResponse',
  'write-StateResponse-of-a-running-one',
  'read-StateResponse-of-a-running-one',
];

/** The generated code on our wire.ts, against the same code on the runtime that the generator comes with. */
export async function run(): Promise<readonly TimeComparison[]> {
  const base = await mkdtemp(path.join(tmpdir(), 'shimwright-bench-'));
  try {
    await writePeer(base);
    await using ours = nodeContender(CODEC, path.join(SHIM_API, 'src/gen/containerd/shim.ts'));
    await using peer = nodeContender(CODEC, path.join(base, 'containerd/shim.ts'));
    const comparisons: TimeComparison[] = [];
    for (const work of WORKS) {
      const comparison = await inTurns({ work, count: 200_000, rounds: 15, ours, peer });
      comparisons.push({ ...comparison, work: inNanoseconds(comparison) });
    }
    return comparisons;
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

/** The table has microseconds, which are too coarse here. */
function inNanoseconds({ work, oursNs, peerNs }: TimeComparison): string {
  return `${work.replaceAll('-', ' ')} (${Math.round(oursNs)} ns, peer ${Math.round(peerNs)} ns)`;
}

/** The code as the generator gives it. */
async function writePeer(directory: string): Promise<void> {
  await generateRaw(directory);
  const runtime = runtimeOfGenerator();
  for (const name of await readdir(directory, { recursive: true })) {
    if (!name.endsWith('.ts')) continue;
    const file = path.join(directory, name);
    const code = await readFile(file, 'utf8');
    await writeFile(file, code.replaceAll('@bufbuild/protobuf/wire', runtime));
  }
}

/** It is no dependency of ours, but one of the generator. */
function runtimeOfGenerator(): string {
  const generator = createRequire(path.join(SHIM_API, 'package.json')).resolve('ts-proto');
  return pathToFileURL(createRequire(generator).resolve('@bufbuild/protobuf/wire')).href;
}
