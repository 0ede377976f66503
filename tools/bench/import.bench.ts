import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { loadedModules } from '../packed/loaded-modules.ts';
import { PACKAGES, packageName, ROOT } from '../packed/workspace-packages.ts';
import { built } from './built.ts';
import { effort } from './effort.ts';
import { type Comparison, median } from './turns.ts';

const ROUNDS = effort(41);

/**
 * The import of each package, as built, with nothing called: a whole run of Node that does it, against one that
 * does nothing.
 */
export async function run(): Promise<readonly Comparison[]> {
  await built(...PACKAGES);
  const limits = await Promise.all(PACKAGES.map(limitMsOf));
  return inTurnsWithBareNode().map(([folder, oursNs, peerNs], index) => ({
    work: `${folder} (limit: ${limits[index]} ms more)`,
    oursNs,
    peerNs,
    ratio: oursNs / peerNs,
  }));
}

/** What an import may cost, which is more for what builds on `fs-atomic`. */
async function limitMsOf(folder: string): Promise<number> {
  const urls = await loadedModules(packageName(folder), homeOf(folder));
  if (urls.some((url) => /\/node_modules\/(?:execa|koffi)\//.test(url))) {
    throw new Error(`${folder} loads a library before it is needed`);
  }
  return urls.some((url) => url.includes('/fs-atomic/')) ? 25 : 5;
}

/** Nanoseconds with and without each package; medians, each turn of a package beside one of bare Node. */
function inTurnsWithBareNode(): [folder: string, oursNs: number, peerNs: number][] {
  const programs = PACKAGES.map((folder) => `import '${packageName(folder)}';`);
  const turns = PACKAGES.map(() => ({ ours: [] as number[], peer: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { ours, peer }] of turns.entries()) {
      const home = homeOf(PACKAGES[index] ?? '');
      peer.push(nanosecondsOf('', home));
      ours.push(nanosecondsOf(programs[index] ?? '', home));
    }
  }
  return turns.map(({ ours, peer }, index) => [PACKAGES[index] ?? '', median(ours), median(peer)]);
}

/** A program there can import the package by its name; without our condition, as it is built. */
function homeOf(folder: string): string {
  return path.join(ROOT, 'packages', folder);
}

function nanosecondsOf(program: string, cwd: string): number {
  const start = process.hrtime.bigint();
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  if (status !== 0) throw new Error(`node failed at: ${program}`);
  return Number(process.hrtime.bigint() - start);
}
