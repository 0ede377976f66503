import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { type Figures, figuresOf, rowOf } from './table.ts';
import { type Comparison, median } from './turns.ts';

/** The documents that have figures, each in blocks that are written by `pnpm bench --write` and nobody else. */
export const DOCUMENTS = [
  'README.md',
  'packages/bundle-core/README.md',
  'packages/fs-atomic/README.md',
  'packages/ttrpc/README.md',
  'tools/bench/README.md',
] as const;

const ROOT = path.join(import.meta.dirname, '../..');
const BLOCK = /^<!-- bench: ([a-z0-9 ]+) -->\n([\s\S]*?)^<!-- \/bench -->$/gm;

/** The blocks of a document: which benchmarks each is of, and what it says. */
export function blocksIn(
  text: string,
): readonly { readonly names: readonly string[]; readonly content: string }[] {
  return [...text.matchAll(BLOCK)].map(([, names = '', content = '']) => ({
    names: names.split(' '),
    content,
  }));
}

/** What was measured of each benchmark, run by run. */
export type Runs = ReadonlyMap<string, readonly (readonly Comparison[])[]>;

/** Writes the blocks whose benchmarks were all measured, and tells how many. */
export async function writeBlocks(runs: Runs): Promise<number> {
  const circumstances = await tellCircumstances();
  let written = 0;
  for (const document of DOCUMENTS) {
    const file = path.join(ROOT, document);
    const text = readFileSync(file, 'utf8');
    const changed = text.replace(BLOCK, (block, names: string) => {
      if (!names.split(' ').every((name) => runs.has(name))) return block;
      written += 1;
      return `<!-- bench: ${names} -->\n${blockOf(names.split(' '), runs, circumstances)}<!-- /bench -->`;
    });
    if (changed !== text) writeFileSync(file, changed);
  }
  return written;
}

/** When and where it was measured. */
interface Circumstances {
  readonly date: string;
  readonly machine: string;
  readonly load: string;
}

async function tellCircumstances(): Promise<Circumstances> {
  const { stdout } = await execa('go', ['version'], { reject: false });
  const go = /go([\d.]+)/.exec(stdout ?? '')?.[1];
  const processor = os.cpus()[0]?.model.trim() ?? 'unknown processor';
  const system = `${os.type()} ${/^\d+\.\d+/.exec(os.release())?.[0]}`;
  const programs = [`Node ${process.versions.node}`, ...(go ? [`Go ${go}`] : [])].join(', ');
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${os.cpus().length} cores (${processor}), ${system}, ${programs}`,
    load: os.loadavg()[2]?.toFixed(1) ?? '',
  };
}

const HEAD = '| work | ours | peer | ours / peer |\n| --- | ---: | ---: | ---: |';

/** What a block says: the circumstances, then a line for each work. */
export function blockOf(
  names: readonly string[],
  runs: Runs,
  { date, machine, load }: Circumstances,
): string {
  const count = Math.min(...names.map((name) => runs.get(name)?.length ?? 0));
  const told = `Measured on ${date} on ${machine}, with a load of ${load}. Medians of ${count} runs; in parentheses, the range.`;
  return `${told}\n\n${HEAD}\n${names.flatMap((name) => rowsOf(name, runs.get(name) ?? [])).join('\n')}\n`;
}

function rowsOf(name: string, runs: readonly (readonly Comparison[])[]): string[] {
  return (runs[0] ?? []).map(({ work }) =>
    together(
      name,
      runs.flatMap((run) => run.find((one) => one.work === work) ?? []),
    ),
  );
}

/** The line for several outcomes of the same work. */
function together(name: string, outcomes: readonly Comparison[]): string {
  const [first] = outcomes as readonly [Comparison];
  const figures = outcomes.map(figuresOf).filter((one) => one !== undefined);
  if (figures.length === 0) return rowOf(name, told(outcomes));
  const middle = (of: keyof Figures) => median(figures.map((one) => one[of]));
  const [ours, peer] = [middle('ours'), middle('peer')];
  const row = rowOf(name, {
    work: first.work,
    ratio: middle('ratio'),
    ...('oursNs' in first ? { oursNs: ours, peerNs: peer } : { oursBytes: ours, peerBytes: peer }),
  });
  const ratios = figures.map(({ ratio }) => ratio);
  const range = `(${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
  return row.replace(/ \|$/, ` ${range} |`);
}

/** What is no number may differ from run to run as well. */
function told(outcomes: readonly Comparison[]): Comparison {
  const facts = outcomes.filter((one) => 'ours' in one);
  const all = (of: 'ours' | 'peer') => [...new Set(facts.map((one) => one[of]))].join('; or: ');
  return { work: facts[0]?.work ?? '', ours: all('ours'), peer: all('peer') };
}
