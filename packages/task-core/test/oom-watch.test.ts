import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { memoryCgroupOf, watchOom } from '../src/oom-watch.ts';

describe('the memory cgroup', () => {
  needs('linux');

  test('of this process is a directory', () => {
    const found = memoryCgroupOf(process.pid);
    expect(
      found && existsSync(path.join(found.path, found.version === 1 ? 'memory.oom_control' : 'cgroup.procs')),
    ).toBe(true);
  });

  test('of a process that is gone is an error', () => {
    expect(() => memoryCgroupOf(2 ** 22)).toThrow('ENOENT');
  });
});

// This kernel counts memory in v1; a file that changes in the same way stands for the one of v2.
describe('memory.events of cgroup v2', () => {
  needs('linux');

  async function watched(kills: number) {
    const directory = path.join(await tempDir(), 'cgroup');
    const file = path.join(directory, 'memory.events');
    const write = (count: number) =>
      writeFile(file, `low 0\nhigh 0\nmax 7\noom ${count + 1}\noom_kill ${count}\noom_group_kill 0\n`, {
        flag: 'r+',
      });
    await mkdir(directory);
    await writeFile(file, '');
    await write(kills);
    let told = 0;
    const watch = watchOom({ version: 2, path: directory }, () => {
      told += 1;
    });
    onTestFinished(() => watch.close());
    return { directory, write, watch, told: () => told };
  }

  test('tells when there are more kills than before', async () => {
    const { write, told } = await watched(3);
    await write(4);
    await expect.poll(told).toBe(1);
    await write(5);
    await expect.poll(told).toBe(2);
  });

  test('tells at the end of the watch what has happened just before', async () => {
    const { write, watch, told } = await watched(0);
    await write(1);
    watch.close();
    expect(told()).toBe(1);
  });

  test('tells nothing of a cgroup that is removed', async () => {
    const { directory, watch, told } = await watched(2);
    await rm(directory, { recursive: true });
    watch.close();
    expect(told()).toBe(0);
  });

  test('is missing where memory is not counted, which is an error', async () => {
    const directory = await tempDir();
    expect(() => watchOom({ version: 2, path: directory }, () => {})).toThrow('ENOENT');
    expect(() => watchOom({ version: 1, path: directory }, () => {})).toThrow('ENOENT');
  });
});
