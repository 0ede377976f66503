import { readdirSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { leftovers, removeLeftovers, untilNothingIsLeft } from '../leftovers.ts';
import { ExitLedger } from './exit-ledger.ts';
import { Random } from './random.ts';
import { DEEDS, playRound } from './round.ts';

/** How a soak goes. */
export interface SoakOptions {
  readonly rounds: number;
  /** What all chances follow from. */
  readonly seed: number;
  /** Told of each round. */
  readonly log?: (line: string) => void;
}

/** What came of a soak. */
export interface Soak {
  /** How often each deed was done. */
  readonly deeds: Readonly<Record<string, number>>;
  /** How many containers had started. */
  readonly started: number;
  /** What did not hold, in words. */
  readonly problems: readonly string[];
  /** Bytes that this process's heap grew by, from the first tenth of the rounds on. */
  readonly heapGrowth: number;
  /** File descriptors that are open now and were not before. */
  readonly descriptors: number;
}

/** How many rounds it takes to tell a leak from what is kept once, and how many bytes that may be. */
const LONG = 100;
const MAX_HEAP_GROWTH = 2 * 2 ** 20;

/** Plays rounds with containers, one after the other, each with a deed at random; afterwards nothing is left. */
export async function soak({ rounds, seed, log = () => {} }: SoakOptions): Promise<Soak> {
  const random = new Random(seed);
  const base = await mkdtemp('/run/shimwright-chaos-');
  const token = path.basename(base);
  const ledger = new ExitLedger();
  const deeds: Record<string, number> = {};
  const problems: string[] = [];
  let started = 0;
  let [heap, descriptors] = [0, 0];
  // What is kept once is there after the first of each deed.
  const warm = Math.min(rounds - 1, Math.max(DEEDS.length, Math.ceil(rounds / 10)));
  try {
    for (let round = 0; round < rounds; round++) {
      if (round === warm) [heap, descriptors] = [heapUsed(), openDescriptors()];
      // In turns, so that a short soak has all of them.
      const deed = DEEDS[round % DEEDS.length] ?? DEEDS[0];
      // What hangs holds up the stock shim for ever, also when it is to kill.
      const isStock = random.below(2) === 0 && deed !== 'hang a runtime';
      const title = `round ${round}: ${deed}, ${isStock ? 'stock' : 'shared'} shims`;
      const place = { base, isStock, disk: path.join(base, 'disk') };
      const played = await playRound(place, deed, { round, random, ledger });
      deeds[deed] = (deeds[deed] ?? 0) + 1;
      started += played.started;
      problems.push(...played.problems.map((problem) => `${title}: ${problem}`));
      log([`${title}: ${played.started} containers`, ...played.problems].join('\n  '));
    }
    problems.push(...(await whatIsLeft(base, token)));
    problems.push(...ledger.repeated.map((one) => `the exit of ${one} was reported more than once`));
    const heapGrowth = heapUsed() - heap;
    // That of a short soak is code that was compiled meanwhile.
    if (rounds >= LONG && heapGrowth > MAX_HEAP_GROWTH) problems.push(`the heap grew by ${heapGrowth} bytes`);
    return { deeds, started, problems, heapGrowth, descriptors: openDescriptors() - descriptors };
  } finally {
    await removeLeftovers(token, base);
  }
}

async function whatIsLeft(base: string, token: string): Promise<string[]> {
  await untilNothingIsLeft(token);
  const files = await readdir(base, { recursive: true, withFileTypes: true });
  const left = files
    .filter((file) => !file.isDirectory())
    .map((file) => path.join(file.parentPath, file.name));
  return [...leftovers(token), ...left.map((file) => `file ${file}`)].map((one) => `left behind: ${one}`);
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

const openDescriptors = () => readdirSync('/proc/self/fd').length;
