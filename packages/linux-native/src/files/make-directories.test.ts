import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { tempDir } from '../../../../tools/testing/temp-dir.ts';
import { makeDirectories, makeDirectoriesSync } from './make-directories.ts';

describe.each([
  { name: 'makeDirectories', make: makeDirectories },
  {
    name: 'makeDirectoriesSync',
    make: async (...args: Parameters<typeof makeDirectoriesSync>) => makeDirectoriesSync(...args),
  },
])('$name', ({ make }) => {
  needs('linux');

  const modeOf = (file: string) => statSync(file).mode & 0o777;

  test('makes what is missing, with its modes, and says whether that was the last one', async () => {
    const base = await tempDir();
    const deep = path.join(base, 'a/b/c');
    expect(await make(deep, 0o700, 0o711)).toBe(true);
    expect([modeOf(deep), modeOf(path.dirname(deep))]).toEqual([0o700, 0o711]);
    expect(await make(deep)).toBe(false);
    expect(modeOf(deep)).toBe(0o700);
    expect(await make('/')).toBe(false);
  });

  test('fails where something else is in the way, and below /proc', async () => {
    const base = await tempDir();
    writeFileSync(path.join(base, 'file'), '');
    await expect(make(path.join(base, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(make(path.join(base, 'file/a/b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(make('/proc/no/such/directory')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(base)).toEqual(['file']);
  });
});
