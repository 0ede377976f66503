import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { tempDir } from '../../../../tools/testing/temp-dir.ts';
import { tryFlock } from './file-lock.ts';

describe('tryFlock', () => {
  needs('linux');

  test('gives a file to one who opened it, until that is closed', async () => {
    const file = path.join(await tempDir(), 'lock');
    const [one, other] = [openSync(file, 'w'), openSync(file, 'w')];
    expect(tryFlock(one)).toBe(true);
    expect(tryFlock(one)).toBe(true); // it has it
    expect(tryFlock(other)).toBe(false);
    closeSync(one);
    expect(tryFlock(other)).toBe(true);
    closeSync(other);
  });

  test('refuses what is no open file', () => {
    expect(() => tryFlock(1_000_000)).toThrow(expect.objectContaining({ code: 'EBADF', syscall: 'flock' }));
    for (const fd of [-1, 1.5, Number.NaN, '3' as never])
      expect(() => tryFlock(fd)).toThrow(expect.objectContaining({ code: 'ERR_NATIVE_ARGUMENT' }));
  });
});
