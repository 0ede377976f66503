import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import type { RunnableSpec } from '../../bundle-core/src/index.ts';
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

  test('is told about when it is the second one of its shim', async () => {
    const one = await running('ours', EAT_MEMORY, { spec: limited });
    for (const count of [1, 2]) {
      expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
      await expect.poll(() => one.events.filter(isOom).length).toBe(count);
      await one.shim.delete({});
      if (count === 2) break;
      await one.create();
      await one.shim.start({ id: 'one' });
    }
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
