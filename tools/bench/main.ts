// Measures ours and its peers in turns, and prints the table: `pnpm bench [NAME…]`.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Comparison } from './turns.ts';

const wanted = process.argv.slice(2).filter((arg) => arg !== '--');
const names = (await readdir(import.meta.dirname))
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.slice(0, -'.bench.ts'.length))
  .filter((name) => wanted.length === 0 || wanted.includes(name));
if (names.length === 0) throw new Error(`no benchmark is called ${wanted.join(' or ')}`);

console.log('| work | ours | peer | ratio |\n| --- | ---: | ---: | ---: |');
for (const name of names) {
  const { run }: { run: () => Promise<readonly Comparison[]> } = await import(
    path.join(import.meta.dirname, `${name}.bench.ts`)
  );
  for (const { work, oursNs, peerNs, ratio } of await run()) {
    console.log(`| ${name}: ${work} | ${inUnits(oursNs)} | ${inUnits(peerNs)} | ${ratio.toFixed(2)} |`);
  }
}

function inUnits(nanoseconds: number): string {
  const microseconds = nanoseconds / 1e3;
  return microseconds < 10_000 ? `${microseconds.toFixed(1)} µs` : `${(microseconds / 1e3).toFixed(1)} ms`;
}
