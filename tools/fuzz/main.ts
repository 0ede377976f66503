// The long form: `pnpm fuzz [--frames N] [--seed N]`.
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { frames: { type: 'string', default: '1200000' }, seed: { type: 'string' } },
});
const frames = Number(values.frames);
const MIB = 1024 * 1024;

await fuzz(
  {
    seed: Number(values.seed ?? Date.now() % 2 ** 31),
    serverFrames: frames * 0.75,
    clientFrames: frames * 0.25,
    messages: frames / 10,
    bombBytes: 4 * MIB,
    bombCalls: 8,
  },
  console.log,
);
