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
  for (const one of await run()) {
    const [ours, peer] =
      'oursNs' in one
        ? [inTime(one.oursNs), inTime(one.peerNs)]
        : [inKilobytes(one.oursBytes), inKilobytes(one.peerBytes)];
    console.log(`| ${name}: ${one.work} | ${ours} | ${peer} | ${one.ratio.toFixed(2)} |`);
  }
}

function inTime(nanoseconds: number): string {
  const microseconds = nanoseconds / 1e3;
  return microseconds < 10_000 ? `${microseconds.toFixed(1)} µs` : `${(microseconds / 1e3).toFixed(1)} ms`;
}

function inKilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
