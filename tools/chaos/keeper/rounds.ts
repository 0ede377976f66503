import { mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { leftovers, removeLeftovers, untilNothingIsLeft } from '../../leftovers.ts';
import { Random } from '../random.ts';
import { Pair, type Victim } from './pair.ts';
import { STATES } from './states.ts';

/** How it goes. */
export interface KeeperRounds {
  /** How often each of the two is killed in each state. */
  readonly rounds: number;
  /** What all chances follow from. */
  readonly seed: number;
  /** The states. @default all */
  readonly states?: readonly string[];
  /** What the processes are started with, see `Pair`. */
  readonly nodeArgs?: readonly string[];
  /** Whether there are containers in all states at once, so that one death concerns all of them. @default false */
  readonly together?: boolean;
  /** Told of each round. */
  readonly log?: (line: string) => void;
}

/** Kills the server or its keeper in each state of a container. @returns what was lost, in words. */
export async function playKeeperRounds({
  rounds,
  seed,
  states = Object.keys(STATES),
  nodeArgs = [],
  together = false,
  log = () => {},
}: KeeperRounds): Promise<readonly string[]> {
  const random = new Random(seed);
  const base = await mkdtemp('/run/shimwright-keeper-');
  const pair = new Pair({ base, nodeArgs });
  const problems: string[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const names of together ? [states] : states.map((name) => [name])) {
        for (const victim of ['server', 'keeper'] as const) {
          const title = `round ${round}, ${names.join(', ')}, the ${victim} killed`;
          const containers = names.map((name) => ({
            name,
            id: `c${round}-${states.indexOf(name)}-${victim}`,
          }));
          const found = await play(pair, { containers, victim, random });
          problems.push(...found.map((one) => `${title}: ${one}`));
          log([title, ...found].join('\n  '));
        }
      }
    }
    await untilNothingIsLeft(path.basename(base));
    problems.push(...leftovers(path.basename(base)).map((one) => `left behind: ${one}`));
    return problems;
  } finally {
    await removeLeftovers(path.basename(base), base);
    await rm(base, { recursive: true, force: true });
  }
}

interface Play {
  readonly containers: readonly { readonly name: string; readonly id: string }[];
  readonly victim: Victim;
  readonly random: Random;
}

async function play(pair: Pair, { containers, victim, random }: Play): Promise<readonly string[]> {
  try {
    const prepared = await Promise.all(
      containers.map(({ name, id }) => {
        const prepare = STATES[name];
        if (!prepare) throw new Error(`${name} is no state`);
        return prepare(pair, id, random.below(1_000) / 1_000);
      }),
    );
    await pair.kill(victim);
    const found = await Promise.allSettled(prepared.map(({ check }) => check()));
    return found.flatMap((one, index) => {
      const told = one.status === 'fulfilled' ? one.value : [textOf(one.reason)];
      return told.map((problem) => `${containers[index]?.name}: ${problem}`);
    });
  } catch (error) {
    const said = await readFile(`${pair.options.controlSocket}.log`, 'utf8').catch(() => '');
    return [textOf(error), said.slice(-2_000)];
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
