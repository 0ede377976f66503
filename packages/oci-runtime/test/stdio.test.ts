import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { OciRuntimeError } from '@shimwright/oci-runtime';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { bench, makeFifo, RUNTIMES } from './fixtures/container.ts';

const LEAVE_OPEN = 'exec 9</etc/shadow 77</sys/fs/cgroup 78</ "$@"';

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

function opened(file: string, flags: string): number {
  const fd = openSync(file, flags);
  onTestFinished(() => closeSync(fd));
  return fd;
}

/** What `ls -l /proc/…/fd` says: descriptors to what they are. */
function descriptorsIn(listing: string): Record<string, string> {
  const entries = listing.matchAll(/ (\d+) -> (.*)$/gm);
  return Object.fromEntries([...entries].map(([, fd, target]) => [fd, target]));
}

describe.each(RUNTIMES)('$name', ({ name, command }) => {
  needs('linux', 'root', `command ${name}`, 'command unshare', 'command busybox');

  test('a container reads and writes the very files it is given', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    const script = 'cat; echo complaint >&2; readlink /proc/self/fd/1';
    const bundle = await place.bundle(id, { args: ['sh', '-c', script] });
    const output = place.file('out');

    await place.runtime.run(id, {
      bundle,
      detach: true,
      stdin: opened('/etc/hostname', 'r'),
      stdout: opened(output, 'w'),
      stderr: opened(place.file('err'), 'w'),
    });
    await place.ended(id);
    expect(await readFile(output, 'utf8')).toBe(`${await readFile('/etc/hostname', 'utf8')}${output}\n`);
    expect(await readFile(place.file('err'), 'utf8')).toBe('complaint\n');
  });

  test('a container that was created writes to a FIFO with nobody in between', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    const bundle = await place.bundle(id, { args: ['sh', '-c', 'echo one; echo two; exec sleep 1000'] });
    const fifo = await makeFifo(place.file('fifo'));
    const stdout = opened(fifo, 'r+');

    const { pid } = await place.runtime.create(id, { bundle, stdout });
    await place.runtime.start(id);
    const reader = await open(fifo, 'r');
    onTestFinished(() => reader.close());
    const buffer = Buffer.alloc(8);
    for (let length = 0; length < buffer.length; ) {
      length += (await reader.read(buffer, length)).bytesRead;
    }
    expect(buffer.toString()).toBe('one\ntwo\n');
    expect((await stat(`/proc/${pid}/fd/1`)).ino).toBe((await stat(fifo)).ino);
    await place.runtime.delete(id, { force: true });
  });

  test('an executed process has its own', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    await place.runtime.run(id, { bundle: await place.bundle(id), detach: true });

    await place.runtime.exec(id, ['echo', 'hello'], { stdout: opened(place.file('out'), 'w') });
    expect(await readFile(place.file('out'), 'utf8')).toBe('hello\n');
    await place.runtime.delete(id, { force: true });
  });

  test('a container has nothing but its streams and the descriptors it is to have, from 3 on', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    const bundle = await place.bundle(id, { args: ['ls', '-l', '/proc/self/fd'] });
    const stdout = opened(place.file('out'), 'w');
    const preserveFds = [opened('/etc/hostname', 'r'), opened('/etc/passwd', 'r')];

    await place.runtime.run(id, { bundle, stdout, preserveFds, detach: true });
    await place.ended(id);
    expect(descriptorsIn(await readFile(place.file('out'), 'utf8'))).toEqual({
      0: '/dev/null',
      1: place.file('out'),
      2: '/dev/null',
      3: '/etc/hostname',
      4: '/etc/passwd',
    });
  });

  test('what this program was left open by others reaches no container (CVE-2024-21626)', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    const bundle = await place.bundle(id, { args: ['ls', '-l', '/proc/self/fd'] });
    const node = [process.execPath, ...process.execArgv, fixture('leak.ts')];
    const args = [command, place.sandbox.runtimeRoot, id, bundle, place.file('out')];

    await execa('bash', ['-c', LEAVE_OPEN, 'bash', ...node, ...args]);
    await place.ended(id);
    expect(descriptorsIn(await readFile(place.file('out'), 'utf8'))).toEqual({
      0: '/dev/null',
      1: place.file('out'),
      2: '/dev/null',
      3: '/etc/hostname',
    });
  });

  test('a terminal is handed over on the console socket', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    const bundle = await place.bundle(id, { terminal: true });
    const consoleSocket = place.file('console.sock');
    const server = createServer({ pauseOnConnect: true }).listen(consoleSocket);
    await once(server, 'listening');
    const called = once(server, 'connection');

    await place.runtime.create(id, { bundle, consoleSocket });
    const [connection] = await called; // the terminal is under way in it, and hangs up when it is closed
    await place.runtime.delete(id, { force: true });
    connection.destroy();
    server.close();
    await once(server, 'close');
  });
});

describe('a runtime', () => {
  needs('linux', 'root', 'command runc', 'command busybox', 'command bash');

  test('is given nothing of what others left open in this program', async () => {
    const place = await bench();
    const id = place.id('web');
    const node = [process.execPath, ...process.execArgv, fixture('leak.ts')];
    const args = [
      fixture('ls-runtime.sh'),
      place.sandbox.runtimeRoot,
      id,
      await place.bundle(id),
      place.file('out'),
    ];

    await execa('bash', ['-c', LEAVE_OPEN, 'bash', ...node, ...args], { reject: false });
    const { 77: first, 78: second, ...others } = descriptorsIn(await readFile(place.file('out'), 'utf8'));
    expect([first, second]).toEqual(['/dev/null', '/dev/null']);
    // Those of whoever runs the tests are covered as well.
    expect(
      Object.entries(others).filter(([fd, target]) => Number(fd) < 10 || target !== '/dev/null'),
    ).toEqual([
      ['0', '/dev/null'],
      ['1', place.file('out')],
      ['2', '/dev/null'],
      ['3', '/etc/hostname'],
      ['4', expect.stringMatching(/^\/proc\/\d+\/fd$/)], // where ls looks
    ]);
  });

  test.each([1234567, -1, 1.5, Number.NaN])('is not started with %d for a descriptor', async (fd) => {
    const place = await bench();
    const id = place.id('web');
    const bundle = await place.bundle(id);

    for (const wrong of [{ stdin: fd }, { stdout: fd }, { stderr: fd }, { preserveFds: [fd] }]) {
      const failure = await place.runtime.create(id, { bundle, ...wrong }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OciRuntimeError);
      expect(failure).toMatchObject({ code: 'ERR_RUNTIME_ARGUMENT', args: undefined });
    }
  });

  test('obeys nothing that a service manager told this program', async () => {
    const place = await bench();
    const id = place.id('web');
    const bundle = await place.bundle(id, { args: ['sh', '-c', 'echo "[$NOTIFY_SOCKET$LISTEN_FDS]"'] });
    const node = [process.execPath, ...process.execArgv, fixture('leak.ts')];
    const args = ['runc', place.sandbox.runtimeRoot, id, bundle, place.file('out')];

    const [program = '', ...rest] = [...node, ...args];
    const env = { NOTIFY_SOCKET: place.file('notify.sock'), LISTEN_FDS: '3', LISTEN_PID: '1' };
    await execa(program, rest, { env });
    await place.ended(id);
    expect(await readFile(place.file('out'), 'utf8')).toBe('[]\n');
  });
});
