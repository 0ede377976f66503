// Measures ours and its peers in turns, and prints the table: `pnpm bench [NAME…]`. With `--against REF`, ours as it was at
// that commit is measured as well, in turns, and beside it.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compareWith } from './against.ts';
import { benchmarks } from './benchmarks.ts';
import { rowOf, TABLE_HEAD } from './table.ts';
import type { Comparison } from './turns.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { against: { type: 'string' }, rounds: { type: 'string', default: '3' } },
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

if (values.against === undefined) await measureAll();
else await compareWith(values.against, names, Number(values.rounds));

/** One that fails takes nobody with it: it is told at the end. */
async function measureAll(): Promise<void> {
  const failures: { readonly name: string; readonly error: unknown }[] = [];
  console.log(TABLE_HEAD);
  for (const name of names) {
    try {
      for (const comparison of await measure(name)) console.log(rowOf(name, comparison));
    } catch (error) {
      failures.push({ name, error });
    }
  }
  for (const { name, error } of failures) console.error(`\n${name} failed:`, error);
  if (failures.length > 0) process.exitCode = 1;
}

async function measure(name: string): Promise<readonly Comparison[]> {
  const file = path.join(import.meta.dirname, `${name}.bench.ts`);
  const { run }: { run: () => Promise<readonly Comparison[]> } = await import(file);
  return run();
}
