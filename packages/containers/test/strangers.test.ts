import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { create, run, start } from '../src/index.ts';
import { testPlace } from './place.ts';

describe('what strangers try', () => {
  needs('linux', 'root', 'command runc', 'command busybox');
  const where = testPlace();
  const tried = (options: object) =>
    run({ ...where.place, rootfs: where.rootfs, args: ['true'], ...options });

  test.each([
    [
      'a runtime that is not there',
      { runtime: 'no-such' },
      'ERR_CONTAINER_RUNTIME',
      'runtime',
      /no-such is not on the PATH/,
    ],
    ['a runtime that is a directory', { runtime: '/etc' }, 'ERR_CONTAINER_RUNTIME', 'runtime', /is no file/],
    [
      'a network that is not there',
      { network: '/run/netns/no-such' },
      'ERR_CONTAINER_ARGUMENT',
      'network',
      /ip netns add no-such/,
    ],
    [
      'a network that is a file',
      { network: '/etc/passwd' },
      'ERR_CONTAINER_ARGUMENT',
      'network',
      /is no network namespace/,
    ],
    [
      'a capability that is not there',
      { capabilities: ['CAP_NOPE'] },
      'ERR_CONTAINER_ARGUMENT',
      'capabilities[0]',
      /such as CAP_KILL/,
    ],
    [
      'a mount at /',
      { mounts: [{ type: 'tmpfs', target: '/x/..' }] },
      'ERR_CONTAINER_ARGUMENT',
      'mounts[0].target',
      /as rootfs instead/,
    ],
    [
      'a long stateDir',
      { stateDir: `/tmp/${'x'.repeat(35)}` },
      'ERR_CONTAINER_ARGUMENT',
      'stateDir',
      /has 40 bytes/,
    ],
  ])('%s is told by its option, before anything is made', async (_, options, code, option, message) => {
    await expect(tried(options)).rejects.toMatchObject({
      code,
      option,
      message: expect.stringMatching(message),
    });
    expect(await where.left()).toEqual([]);
  });

  test('the log of a container that has ended has all of it at once', async () => {
    const { place, rootfs } = where;
    for (let round = 0; round < 5; round += 1) {
      await using container = await start({ ...place, rootfs, args: ['sh', '-c', 'echo a; printf b'] });
      await container.wait();
      const lines: string[] = [];
      for await (const { text } of container.logs()) lines.push(text);
      expect(lines).toEqual(['a', 'b']);
    }
  });

  test('exec in a directory that is not there is told by its option', async () => {
    const { place, rootfs } = where;
    await using container = await start({ ...place, rootfs, args: ['sleep', '1000'] });
    for (const workdir of ['/no/such', '/bin/busybox'])
      await expect(container.exec(['pwd'], { workdir })).rejects.toMatchObject({
        code: 'ERR_CONTAINER_ARGUMENT',
        option: 'workdir',
      });
    expect((await container.exec(['pwd'], { workdir: '/bin' })).stdout).toBe('/bin\n');
  });

  test('an archive whose stream fails is told as that', async () => {
    const { place, rootfs } = where;
    await using container = await create({ ...place, rootfs, args: ['true'] });
    const torn = async function* () {
      yield Buffer.alloc(512);
      throw new Error('the tape is torn');
    };
    for (const archive of [torn(), Readable.from(torn())]) {
      await expect(container.copyIn(archive, '/')).rejects.toMatchObject({
        code: 'ERR_CONTAINER_INPUT',
        option: 'archive',
        cause: { message: 'the tape is torn' },
      });
    }
  });
});
