import { test } from 'vitest';
import { needs } from '../testing/needs.ts';
import { fuzz } from './fuzz.ts';

needs('linux'); // for /proc

const MIB = 1024 * 1024;
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

test('hostile bytes bring down neither server nor client nor codecs, and disturb nobody else', async () => {
  await fuzz(
    { seed, serverFrames: 40_000, clientFrames: 20_000, messages: 3_000, bombBytes: MIB / 8, bombCalls: 2 },
    console.log,
  );
});
