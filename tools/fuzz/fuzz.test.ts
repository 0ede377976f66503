import { test } from 'vitest';
import { needs } from '../testing/needs.ts';
import { slowness } from '../testing/slowness.ts';
import { fuzz } from './fuzz.ts';

needs('linux'); // for /proc

const MIB = 1024 * 1024;
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

const plan = {
  seed,
  serverFrames: 25_000,
  clientFrames: 10_000,
  messages: 2_000,
  bombBytes: MIB / 32,
  bombCalls: 1,
};

test(
  'hostile bytes bring down neither server nor client nor codecs, and disturb nobody else',
  async () => {
    await fuzz(plan, console.log);
  },
  240_000 * slowness(),
);
