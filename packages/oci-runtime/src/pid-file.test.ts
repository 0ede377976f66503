import { rename, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { PidFile } from './pid-file.ts';

test('a process id is read once it is written', async () => {
  const pidFile = new PidFile(`${await tempDir()}/pid`);
  expect(pidFile.read()).toBeUndefined();
  await writeFile(pidFile.path, '42');
  expect(pidFile.read()).toBe(42);
});

test('what was there before is nobody’s', async () => {
  const pidFile = new PidFile(`${await tempDir({ pid: '41' })}/pid`);
  expect(pidFile.read()).toBeUndefined();
});

test.each(['rename', 'write'] as const)(
  'what replaces it by a %s counts, even if it is the same',
  async (how) => {
    const directory = await tempDir({ pid: '41' });
    const pidFile = new PidFile(`${directory}/pid`);
    await writeFile(how === 'write' ? pidFile.path : `${directory}/.pid`, '41');
    if (how === 'rename') await rename(`${directory}/.pid`, pidFile.path);
    expect(pidFile.read()).toBe(41);
  },
);

test('nothing but a process id that can be signalled safely is one', async () => {
  const pidFile = new PidFile(`${await tempDir()}/pid`);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string(), fc.integer({ max: 1 }).map(String), fc.double().map(String)),
      async (text) => {
        await writeFile(pidFile.path, text);
        const pid = pidFile.read();
        if (pid !== undefined) expect(Number.isSafeInteger(pid) && pid > 1).toBe(true);
      },
    ),
  );
});
