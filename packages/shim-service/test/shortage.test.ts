import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { env } from 'node:process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { smallDisk } from '../../../tools/testing/small-disk.ts';
import { makeFifo } from '../../linux-native/src/index.ts';
import { processSpec, running, type TestShim, testShim } from './fixtures/shim.ts';

const SLEEP = ['/bin/sleep', '600'];
const isMounted = ({ bundle }: TestShim) =>
  readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${bundle}/rootfs `);
const openPipes = () => readdirSync('/proc/self/fd').length;

describe('a container for which something is missing', () => {
  needs('linux', 'root', 'command runc');

  test('has no terminal where the directory of temporary files is gone, and one when it is back', async () => {
    const one = await running('ours', SLEEP);
    const stdout = path.join(one.base, 'fifo');
    makeFifo(stdout, 0o600);
    const before = env['TMPDIR'];
    const restore = () => {
      if (before === undefined) delete env['TMPDIR'];
      else env['TMPDIR'] = before;
    };
    onTestFinished(restore);
    const exec = { id: 'further', spec: processSpec(['/bin/true']), stdout, terminal: true };
    const open = openPipes();
    env['TMPDIR'] = path.join(one.base, 'nonesuch');
    await one.shim.exec(exec);
    await expect(one.shim.start({ id: 'further' })).rejects.toThrow(/terminal .*nonesuch.*ENOENT/);
    await one.shim.deleteProcess({ id: 'further' });
    expect(openPipes()).toBe(open);
    restore();
    await one.shim.exec(exec);
    await one.shim.start({ id: 'further' });
    expect(await one.shim.wait({ id: 'further' })).toMatchObject({ exitStatus: 0 });
  });

  test('has no terminal where there are as many as there may be, and leaves nothing', async () => {
    const noneLeft = {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['newinstance', 'ptmxmode=0666', 'max=1'],
    };
    const one = await running('ours', SLEEP, {
      spec: (spec) => {
        spec.mounts = [
          ...(spec.mounts ?? []).filter(({ destination }) => destination !== '/dev/pts'),
          noneLeft,
        ];
      },
    });
    const stdout = path.join(one.base, 'fifo');
    makeFifo(stdout, 0o600);
    const start = async (id: string, args: readonly string[]) => {
      await one.shim.exec({ id, spec: processSpec(args), stdout, terminal: true });
      return one.shim.start({ id });
    };
    await start('first', SLEEP);
    const open = openPipes();
    await expect(start('second', ['/bin/true'])).rejects.toThrow('no space left on device');
    await one.shim.deleteProcess({ id: 'second' });
    expect(openPipes()).toBe(open);
    await one.shim.kill({ id: 'first', signal: 9 });
    await one.shim.wait({ id: 'first' });
    await one.shim.deleteProcess({ id: 'first' });
    await expect.poll(() => start('third', ['/bin/true']).then(() => 'started')).toBe('started');
  });

  test.each(['bundle', 'state of the OCI runtime'])(
    'is not made where the disk of its %s is full, leaves nothing, and is made once there is space',
    async (which) => {
      const one = await testShim('ours', SLEEP);
      const config = readFileSync(path.join(one.bundle, 'config.json'));
      const disk = await smallDisk(which === 'bundle' ? one.bundle : one.runtimeRoot);
      if (which === 'bundle') writeFileSync(path.join(one.bundle, 'config.json'), config);
      const open = openPipes();
      disk.fill();
      await expect(one.create()).rejects.toThrow(/ENOSPC|no space left on device|unable to store init state/);
      expect(isMounted(one)).toBe(false);
      expect(openPipes()).toBe(open);
      disk.free();
      await one.create();
      await one.shim.start({ id: 'one' });
      expect(await one.shim.state({ id: 'one' })).toMatchObject({ status: 'RUNNING' });
      disk.fill();
      await one.shim.kill({ signal: 9 });
      expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
      await one.shim.delete({});
      expect(isMounted(one)).toBe(false);
    },
  );
});
