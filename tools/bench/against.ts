import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { type Row, readRow } from './table.ts';
import { median } from './turns.ts';

const ROOT = path.join(import.meta.dirname, '../..');

/** The figures of one line, of several runs of the same checkout. */
type Figures = Map<string, { readonly ours: number[]; readonly ratio: number[] }>;

/**
 * Measures this checkout and another commit of it in turns, `rounds` times each, and prints what changed. Each run has the
 * peer beside it, so that besides the times there is how their ratios changed, which the machine's mood alters less.
 */
export async function compareWith(ref: string, names: readonly string[], rounds: number): Promise<void> {
  const base = await mkdtemp(path.join(tmpdir(), 'shimwright-against-'));
  const old = path.join(base, 'old');
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
  try {
    await execa('git', ['-C', ROOT, 'worktree', 'add', '--detach', old, ref]);
    await execa('npx', ['--yes', 'pnpm@12', 'install', '--frozen-lockfile'], { cwd: old });
    const figures: { readonly now: Figures; readonly before: Figures } = {
      now: new Map(),
      before: new Map(),
    };
    for (let round = 0; round < rounds; round++) {
      await measureIn(old, names, figures.before, stopped.signal);
      await measureIn(ROOT, names, figures.now, stopped.signal);
    }
    print(ref, figures.now, figures.before);
  } finally {
    await execa('git', ['-C', ROOT, 'worktree', 'remove', '--force', old], { reject: false });
    await rm(base, { recursive: true, force: true });
  }
}

async function measureIn(
  checkout: string,
  names: readonly string[],
  figures: Figures,
  cancelSignal: AbortSignal,
): Promise<void> {
  const main = path.join(checkout, 'tools/bench/main.ts');
  for (const name of names) {
    // One that the other commit does not have, or that fails there, has no line in the table.
    const { stdout } = await execa(process.execPath, ['--conditions=@shimwright/source', main, name], {
      cwd: checkout,
      reject: false,
      cancelSignal,
    });
    cancelSignal.throwIfAborted();
    for (const row of stdout.split('\n').map(readRow)) if (row) add(figures, row);
  }
}

function add(figures: Figures, { work, ours, peer }: Row): void {
  const known = figures.get(work) ?? { ours: [], ratio: [] };
  known.ours.push(ours);
  known.ratio.push(ours / peer);
  figures.set(work, known);
}

function print(ref: string, now: Figures, before: Figures): void {
  console.log(`| work | ours now / at ${ref} | ratio to the peer now / at ${ref} |\n| --- | ---: | ---: |`);
  for (const [work, figures] of now) {
    const old = before.get(work);
    const change = (of: 'ours' | 'ratio') =>
      old ? (median(figures[of]) / median(old[of])).toFixed(3) : 'new';
    console.log(`| ${work} | ${change('ours')} | ${change('ratio')} |`);
  }
  for (const work of before.keys()) if (!now.has(work)) console.log(`| ${work} | gone | gone |`);
}
