// Containers by the remote shim, and what may befall them: `main.ts [ROUNDS] [SEED]`.
import { soak } from './soak.ts';

const [, , rounds = '200', seed = String(Date.now() % 1_000_000)] = process.argv.filter(
  (arg) => arg !== '--',
);
console.log(`${rounds} rounds, seed ${seed}`);
const start = performance.now();
const result = await soak({ rounds: Number(rounds), seed: Number(seed), log: (line) => console.log(line) });
console.log(result, `${((performance.now() - start) / 1000).toFixed(0)} s`);
process.exitCode = result.problems.length > 0 || result.descriptors !== 0 ? 1 : 0;
