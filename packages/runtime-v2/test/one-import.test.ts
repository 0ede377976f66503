import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { usageOf } from '../../../tools/testing/readme.ts';

describe('a program for runtime v1', () => {
  needs('linux', 'root', 'command runc');

  test('runs on runtime v2 when its import is changed, and nothing else', async () => {
    const readme = path.join(import.meta.dirname, '../../runtime-v1/README.md');
    const program = usageOf(await readFile(readme, 'utf8'));
    const changed = program.replace("'@shimwright/runtime-v1'", "'@shimwright/runtime-v2'");
    expect(changed).not.toBe(program);
    const file = path.join(import.meta.dirname, `../.one-import-${process.pid}.mjs`);
    await writeFile(file, changed);
    try {
      const env = { SHIMWRIGHT_LINGER_MS: '200' };
      const run = await execa(process.execPath, ['--conditions=@shimwright/source', file], {
        env,
        reject: false,
      });
      expect({ stderr: run.stderr, exitCode: run.exitCode }).toEqual({ stderr: '', exitCode: 0 });
      expect(run.stdout.split('\n').filter(Boolean)).toEqual(['hello from a container', '0']);
    } finally {
      await rm(file);
    }
  });
});
