import { mkdirSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execaNode } from 'execa';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { forms } from './forms.ts';

const program = path.join(import.meta.dirname, 'fixtures/interrupted.ts');

/** Kills a process in the midst of an operation. */
async function interrupt(operation: string, target: string): Promise<void> {
  const child = execaNode(program, [operation, target], {
    nodeOptions: ['--conditions=@shimwright/source'],
    ipc: true,
    reject: false,
  });
  expect(await child.getOneMessage()).toBe('under way');
  child.kill('SIGKILL');
  await child;
}

describe.each(forms)('after a kill, the $form form', ({ atomicDelete, atomicMakeDirectory, sweep }) => {
  test('finds a file with its old content or its new one, and sweeps the rest away', async () => {
    const directory = await tempDir();
    const file = path.join(directory, 'big');
    for (let round = 0; round < 5; round += 1) {
      await writeFile(file, Buffer.alloc(8 << 20, 'o'));
      await interrupt('write', file);
      const content = await readFile(file);
      expect(content.length).toBe(8 << 20);
      expect(content.equals(Buffer.alloc(8 << 20, content[0]))).toBe(true);
    }
    await sweep(directory);
    expect(await readdir(directory)).toEqual(['big']);
  });

  test('makes the directory that was half made', async () => {
    const directory = await tempDir();
    const target = path.join(directory, 'web');
    await interrupt('make', target);
    const [leftover = ''] = await readdir(directory);
    expect(leftover).toMatch(/^\.web\.make~/);

    await atomicMakeDirectory(target, (hidden) => mkdirSync(path.join(hidden, 'rootfs')));
    expect(await sweep(directory)).toEqual([path.join(directory, leftover)]);
    expect(await readdir(directory)).toEqual(['web']);
  });

  test('has a tree whole or not at all, deletes it again, and sweeps the rest away', async () => {
    const directory = await tempDir();
    const target = path.join(directory, 'web');
    for (let index = 0; index < 3_000; index += 1) {
      await mkdir(path.join(target, String(index % 100)), { recursive: true });
      await writeFile(path.join(target, String(index % 100), String(index)), '');
    }
    await interrupt('delete', target);
    expect(await readdir(directory)).toEqual([expect.stringMatching(/^\.web\.delete~/)]);

    await mkdir(target);
    await atomicDelete(target);
    await sweep(directory);
    expect(await readdir(directory)).toEqual([]);
  });
});
