// A server and its keeper, one of which is killed in each state of a container: `main.ts [ROUNDS] [SEED] [STATE]`. With
// `--together`, there are containers in all states at once, so that one death concerns all of them. With
// `--without-pidfd-info`, the kernel does not tell how a process ended that is no child, as before Linux 6.15.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { playKeeperRounds } from './rounds.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    'without-pidfd-info': { type: 'boolean', default: false },
    together: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const [rounds = '100', seed = String(Date.now() % 1_000_000), state] = positionals;
const preload = path.join(import.meta.dirname, 'without-pidfd-info.cjs');
console.log(`${rounds} rounds, seed ${seed}`);
const start = performance.now();
const problems = await playKeeperRounds({
  ...{ rounds: Number(rounds), seed: Number(seed), log: (line) => console.log(line) },
  ...(state !== undefined && { states: [state] }),
  together: values.together,
  nodeArgs: values['without-pidfd-info'] ? ['--require', preload] : [],
});
console.log(problems, `${((performance.now() - start) / 1000).toFixed(0)} s`);
process.exitCode = problems.length > 0 ? 1 : 0;
