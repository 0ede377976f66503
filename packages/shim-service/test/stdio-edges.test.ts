import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { isSystemError, makeFifo } from '@shimwright/linux-native';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { processSpec, running, type TestShim, testShim } from './fixtures/shim.ts';

const SLEEP = ['/bin/sleep', '600'];
const sh = (script: string) => ['/bin/bash', '-c', script];
const KINDS = ['stock', 'ours'] as const;

async function started(one: TestShim, stdio: object): Promise<void> {
  await one.create(stdio);
  await one.shim.start({ id: one.id });
}

describe('a terminal', () => {
  needs('linux', 'root', 'command runc');

  test('that takes no more of a paste holds nobody up, and its process can be killed', async () => {
    const one = await testShim('ours', SLEEP, { terminal: true });
    const io = await one.io({ stdin: true, terminal: true });
    await started(one, { ...io.paths, terminal: true });
    const { stdin } = io.streams();
    stdin?.on('error', () => {}).write('x'.repeat(99).concat('\n').repeat(1_000));
    expect(await one.shim.state({ id: 'one' })).toMatchObject({ status: 'RUNNING' });
    await one.exec('further', ['/bin/true']);
    expect(await one.shim.wait({ id: 'further' })).toMatchObject({ exitStatus: 0 });
    await one.shim.kill({ signal: 9 });
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
  });

  test('takes a paste of 100 kB whole, as far as its process reads', async () => {
    const count = 'stty -echo -icanon; echo ready; head -c 100000 | wc -c';
    const one = await testShim('ours', sh(count), { terminal: true });
    const io = await one.io({ stdin: true, terminal: true });
    await started(one, { ...io.paths, terminal: true });
    const { stdin, stdout } = io.streams();
    let seen = '';
    stdout?.on('data', (data) => {
      seen += String(data);
    });
    await expect.poll(() => seen).toContain('ready');
    stdin?.write('x'.repeat(100_000));
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
    await expect.poll(() => seen).toContain('100000');
  });

  test('whose input ends right after ^D ends cat with 0, each time', async () => {
    const one = await running('ours', SLEEP);
    const ends = Array.from({ length: 20 }, async (_, index) => {
      const id = `cat-${index}`;
      const io = await one.io({ stdin: true, terminal: true });
      await one.shim.exec({ id, spec: processSpec(['/bin/cat']), ...io.paths, terminal: true });
      await one.shim.start({ id });
      io.streams().stdin?.end('\x04');
      await one.shim.closeIO({ id, stdin: true });
      const { exitStatus } = await one.shim.wait({ id });
      return exitStatus;
    });
    expect(await Promise.all(ends)).toEqual(ends.map(() => 0));
  });

  test('that its process closes is no end of it, and may be opened again', async () => {
    const script = 'exec 0<&- 1>&- 2>&-; sleep 0.5; echo back >/dev/console; sleep 0.5; exit 4';
    const one = await testShim('ours', sh(script), { terminal: true });
    const io = await one.io({ terminal: true });
    await started(one, { ...io.paths, terminal: true });
    const { stdout } = io.streams();
    const said = stdout && text(stdout);
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 4 });
    expect(await said).toBe('back\r\n');
  });
});

describe.each(KINDS)('the input of a process of the %s shim', (kind) => {
  needs('linux', 'root', 'command containerd-shim', 'command runc');

  test('reads to its end when it is opened anew after that', async () => {
    const one = await testShim(kind, sh('cat; cat /dev/stdin; echo done'));
    const io = await one.io({ stdin: true });
    await started(one, io.paths);
    const { stdin, stdout } = io.streams();
    const said = stdout && text(stdout);
    stdin?.end('hello\n');
    await one.shim.closeIO({ id: 'one', stdin: true });
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
    expect(await said).toBe('hello\ndone\n');
  });
});

// The stock shim has nothing to close by then.
describe('the input of a process of our shim', () => {
  needs('linux', 'root', 'command runc');

  test('is closed for an exec that is started only afterwards', async () => {
    const one = await running('ours', SLEEP);
    const io = await one.io({ stdin: true });
    await one.shim.exec({ id: 'cat', spec: processSpec(['/bin/cat']), ...io.paths });
    await one.shim.closeIO({ id: 'cat', stdin: true });
    io.streams().stdin?.end();
    await one.shim.start({ id: 'cat' });
    expect(await one.shim.wait({ id: 'cat' })).toMatchObject({ exitStatus: 0 });
  });
});

describe('a writer to a process', () => {
  needs('linux', 'root', 'command runc');

  function writer({ base }: TestShim): { readonly stdin: string; readonly open: () => () => boolean } {
    const stdin = path.join(base, 'in');
    makeFifo(stdin);
    const open = () => {
      const descriptor = openSync(stdin, constants.O_WRONLY | constants.O_NONBLOCK);
      onTestFinished(() => closeSync(descriptor));
      return () => {
        try {
          writeSync(descriptor, 'x'.repeat(20));
          return false;
        } catch (error) {
          if (isSystemError(error, 'EPIPE')) return true;
          if (isSystemError(error, 'EAGAIN')) return false;
          throw error;
        }
      };
    };
    return { stdin, open };
  }

  test('is told when it reads no more', async () => {
    const one = await testShim('ours', sh('head -c 10 >/dev/null; exec sleep 600 <&-'));
    const { stdin, open } = writer(one);
    await started(one, { stdin });
    const isBroken = open();
    await expect.poll(isBroken, { interval: 20 }).toBe(true);
    expect(await one.shim.state({ id: 'one' })).toMatchObject({ status: 'RUNNING' });
  });

  test('is told when it has ended', async () => {
    const one = await testShim('ours', ['/usr/bin/head', '-c', '10']);
    const { stdin, open } = writer(one);
    await started(one, { stdin });
    const isBroken = open();
    isBroken();
    await one.shim.wait({ id: 'one' });
    await expect.poll(isBroken, { interval: 20 }).toBe(true);
  });
});

describe('a container with a user namespace', () => {
  needs('linux', 'root', 'command runc');

  test('can open its output by name, without options that say who owns it', async () => {
    const mapping = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const one = await testShim('ours', sh('echo again > /dev/stdout; echo bad > /dev/stderr'), {
      uidMappings: mapping,
      gidMappings: mapping,
    });
    for (const directory of [one.base, one.state, one.bundle]) await chmod(directory, 0o711);
    const io = await one.io();
    await started(one, io.paths);
    const { stdout, stderr } = io.streams();
    expect(stdout && (await text(stdout))).toBe('again\n');
    expect(stderr && (await text(stderr))).toBe('bad\n');
    expect(await one.shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 0 });
  });
});
