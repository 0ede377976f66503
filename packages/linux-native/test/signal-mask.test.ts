import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { blockSignal, unblockSignal } from '../src/index.ts';

const MODULE = path.join(import.meta.dirname, '../src/index.ts');

describe('a signal that is blocked', () => {
  needs('linux');

  test('waits in the program that takes the place of this one, and comes no more once that is undone', async () => {
    const program = `
      import { readFileSync } from 'node:fs';
      import { blockSignal, replaceProcess, unblockSignal } from ${JSON.stringify(MODULE)};
      for (const number of [10, 17, 64]) blockSignal(number);
      unblockSignal(10);
      replaceProcess({ command: '/bin/grep', args: ['SigBlk', '/proc/self/status'], env: {}, descriptors: [0, 1, 2] });
    `;
    const args = ['--conditions=@shimwright/source', '--input-type=module', '--eval', program];
    const { stdout } = await execa(process.execPath, args);
    expect(BigInt(`0x${/\t(\w+)/.exec(stdout)?.[1]}`)).toBe((1n << 16n) | (1n << 63n));
  });

  test.each([0, 65, -1, 1.5])('cannot be %d', (number) => {
    expect(() => blockSignal(number)).toThrow(expect.objectContaining({ code: 'ERR_NATIVE_ARGUMENT' }));
    expect(() => unblockSignal(number)).toThrow(expect.objectContaining({ code: 'ERR_NATIVE_ARGUMENT' }));
  });
});
