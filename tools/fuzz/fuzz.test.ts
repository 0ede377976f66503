import { test } from 'vitest';
import { needs } from '../testing/needs.ts';
import { slowness } from '../testing/slowness.ts';
import { fuzz } from './fuzz.ts';

needs('linux'); // for /proc

const MIB = 1024 * 1024;
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

// `pnpm fuzz` does a hundred times as much.
const plan = {
  seed,
  serverFrames: 8_000,
  clientFrames: 4_000,
  messages: 500,
  bombBytes: MIB / 64,
  bombCalls: 1,
};

test(
  'hostile bytes bring down neither server nor client nor codecs, and disturb nobody else',
  async () => {
    await fuzz(plan, console.log);
  },
  240_000 * slowness(),
);
