// Very many pods at once by the CRI of a containerd of its own, with our shim of task v2: `main.ts [PODS]`. With `--kill`, the process
// that serves them all is killed while they are made, and while they are removed. With `--stock`, the stock shim has them.
import { parseArgs } from 'node:util';
import { playPods } from './pods.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { kill: { type: 'boolean', default: false }, stock: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const pods = Number(positionals[0] ?? '200');
const problems = await playPods({ pods, ...values, log: (line) => console.log(line) });
for (const problem of problems) console.log(problem);
console.log(problems.length === 0 ? 'no problem' : `${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
