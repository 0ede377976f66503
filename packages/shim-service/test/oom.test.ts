import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import type { RunnableSpec } from '../../bundle-core/src/index.ts';
import { memoryCgroupOf, watchOom } from '../src/oom-watch.ts';
import { eventOf, running } from './fixtures/shim.ts';

const MEMORY = 16 * 1024 * 1024;
const limited = ({ linux }: RunnableSpec) => {
  linux.resources = { ...linux.resources, memory: { limit: MEMORY } };
};
// It keeps all it has read since the last line break, of which there is none.
const EAT_MEMORY = ['/usr/bin/tail', '/dev/zero'];
const isOom = ({ type }: { readonly type: string }) => type === 'containerd.events.TaskOOM';

describe('a container that is out of memory', () => {
  needs('linux', 'root', 'command runc');

  test('is told about before its end', async () => {
    const { shim, id, events } = await running('ours', EAT_MEMORY, { spec: limited });
    expect(await shim.wait({ id })).toMatchObject({ exitStatus: 137 });
    await expect
      .poll(() => events.map(({ type }) => type))
      .toEqual(['containerd.events.TaskOOM', 'containerd.events.TaskExit']);
    expect(events[0]).toMatchObject({ message: { containerId: id } });
    await shim.delete({});
  });

  test('goes on when only a further process is killed, and is told about each time', async () => {
    const one = await running('ours', ['/bin/sleep', '600'], { spec: limited });
    for (const exec of ['first', 'second']) {
      await one.exec(exec, EAT_MEMORY);
      expect(await one.shim.wait({ id: exec })).toMatchObject({ exitStatus: 137 });
      await eventOf(one, ({ message }) => 'id' in message && message.id === exec);
    }
    await expect.poll(() => one.events.filter(isOom).length).toBeGreaterThanOrEqual(2);
    expect(await one.shim.state({ id: 'one' })).toMatchObject({ status: 'RUNNING' });
  });

  test('is not told about where nobody wants to know', async () => {
    const one = await running('ours', EAT_MEMORY, { spec: limited, service: { oomEvents: false } });
    await one.shim.wait({ id: 'one' });
    await eventOf(one, ({ type }) => type === 'containerd.events.TaskExit');
    expect(one.events.filter(isOom)).toEqual([]);
  });

  test('is not what one that is deleted is taken for', async () => {
    const one = await running('ours', ['/bin/sleep', '600'], { spec: limited });
    await one.close();
    await eventOf(one, ({ type }) => type === 'containerd.events.TaskExit');
    expect(one.events.filter(isOom)).toEqual([]);
  });
});

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
