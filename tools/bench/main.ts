// Measures ours and its peers in turns, and prints the table: `pnpm bench [NAME…]`. With `--against REF`, ours as it was at
// that commit is measured as well, in turns, and beside it. With `--write`, the documents get the figures of some rounds.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compareWith } from './against.ts';
import { benchmarks } from './benchmarks.ts';
import { writeBlocks } from './blocks.ts';
import { rowOf, TABLE_HEAD } from './table.ts';
import type { Comparison } from './turns.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    against: { type: 'string' },
    write: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
  },
  allowPositionals: true,
});
const { ofBuilt, ofSources } = await benchmarks();
const all = [...ofBuilt, ...ofSources].toSorted();
const unknown = positionals.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`No benchmark is called ${unknown.join(' or ')}. There are: ${all.join(', ')}.`);
  process.exit(1);
}
const names = all.filter((name) => positionals.length === 0 || positionals.includes(name));

if (values.against !== undefined) await compareWith(values.against, names, Number(values.rounds));
else if (values.write) await writeFigures();
else await measureAll();

/** One that fails takes nobody with it: it is told at the end. */
async function measureAll(): Promise<Map<string, readonly Comparison[]>> {
  const measured = new Map<string, readonly Comparison[]>();
  const failures: { readonly name: string; readonly error: unknown }[] = [];
  console.log(TABLE_HEAD);
  for (const name of names) {
    try {
      const comparisons = await measure(name);
      for (const comparison of comparisons) console.log(rowOf(name, comparison));
      measured.set(name, comparisons);
    } catch (error) {
      failures.push({ name, error });
    }
  }
  for (const { name, error } of failures) console.error(`\n${name} failed:`, error);
  if (failures.length > 0) process.exitCode = 1;
  return measured;
}

async function writeFigures(): Promise<void> {
  const runs = new Map<string, (readonly Comparison[])[]>();
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [name, comparisons] of await measureAll())
      runs.set(name, [...(runs.get(name) ?? []), comparisons]);
  }
  console.log(`${await writeBlocks(runs)} blocks are written.`);
}

async function measure(name: string): Promise<readonly Comparison[]> {
  const file = path.join(import.meta.dirname, `${name}.bench.ts`);
  const { run }: { run: () => Promise<readonly Comparison[]> } = await import(file);
  return run();
}
