import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { ReadStream } from 'node:tty';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildGo } from '../../../tools/go.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { sandbox } from '../../../tools/testing/sandbox.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { receiveDescriptor } from '../src/receive-descriptor.ts';
import { resizeTerminal } from '../src/terminal.ts';
import { descriptorFlags, O_CLOEXEC } from './descriptor-flags.ts';
import { descriptorOf } from './fixtures/descriptor-of.ts';

const openDescriptors = () => readdirSync('/proc/self/fd').length;

/** A console socket, and the connection that will come to it, from which Node reads nothing. */
async function consoleSocket(socketPath: string) {
  const server = createServer({ pauseOnConnect: true }).listen(socketPath);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const connection = once(server, 'connection').then(([socket]: Socket[]) => {
    if (!socket) return expect.unreachable();
    onTestFinished(() => void socket.destroy());
    return socket;
  });
  return { connection };
}

/** The descriptor of a connection to a Go process that has sent all it was told to. */
async function connectionFrom(...args: readonly string[]): Promise<number> {
  const socketPath = path.join(await tempDir(), 'console.sock');
  const { connection } = await consoleSocket(socketPath);
  const sender = spawn(await buildGo(path.join(import.meta.dirname, 'fixtures/send-descriptors')), [
    socketPath,
    ...args,
  ]);
  onTestFinished(() => void sender.kill());
  const socket = await connection;
  return descriptorOf(socket);
}

/** The first answer other than "nothing yet". */
async function received(fd: number): Promise<number> {
  for (;;) {
    const descriptor = receiveDescriptor(fd);
    if (descriptor !== undefined) return descriptor;
    await new Promise(setImmediate);
  }
}

describe('from a Go process', () => {
  needs('linux', 'command go');

  test('a descriptor arrives, works and is kept from children', async () => {
    const fd = await received(await connectionFrom('1'));
    onTestFinished(() => closeSync(fd));
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe('/dev/zero');
    expect(descriptorFlags(fd) & O_CLOEXEC).toBe(O_CLOEXEC);
    expect(readSync(fd, Buffer.alloc(9))).toBe(9);
  });

  test.each([
    ['no descriptor', ['0'], 'the message has no descriptor'],
    ['several', ['3'], 'the message has 3 descriptors instead of one'],
    ['as many as can be sent at once', ['253'], 'the message has 253 descriptors instead of one'],
    ['nothing', [], 'the peer closed and sent no descriptor'],
  ])('%s in place of one descriptor is refused, and nothing is left open', async (_, args, message) => {
    const connection = await connectionFrom(...args);
    const before = openDescriptors();
    await expect(received(connection)).rejects.toMatchObject({ code: 'ERR_NATIVE_DESCRIPTOR', message });
    expect(openDescriptors()).toBe(before);
  });
});

describe('a process that can open no more descriptors', () => {
  needs('linux', 'command go');

  test('is told that one came, and loses it', async () => {
    const socketPath = path.join(await tempDir(), 'console.sock');
    const program = path.join(import.meta.dirname, 'fixtures/receive-when-full.ts');
    const limited = ['-c', 'ulimit -n 64 && exec "$@"', 'sh', process.execPath, program, socketPath];
    const receiver = execa('sh', limited, { ipc: true });
    await receiver.getOneMessage();
    const sender = execa(await buildGo(path.join(import.meta.dirname, 'fixtures/send-descriptors')), [
      socketPath,
      '1',
    ]);
    expect(JSON.parse((await receiver).stdout)).toEqual({
      code: 'ERR_NATIVE_DESCRIPTOR',
      message: 'the message has descriptors that this process could not open',
    });
    await sender;
  });
});

describe('what brings no message', () => {
  needs('linux');

  test('is told apart: nothing yet, no socket, no descriptor', async () => {
    const socketPath = path.join(await tempDir(), 'console.sock');
    const { connection } = await consoleSocket(socketPath);
    const peer = connect(socketPath);
    onTestFinished(() => void peer.destroy());
    expect(receiveDescriptor(descriptorOf(await connection))).toBeUndefined();

    const file = openSync('/dev/null', 'r');
    onTestFinished(() => closeSync(file));
    expect(() => receiveDescriptor(file)).toThrow(
      expect.objectContaining({ code: 'ENOTSOCK', syscall: 'recvmsg' }),
    );
    expect(() => receiveDescriptor(2 ** 30)).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });
});

describe('from runc', () => {
  needs('linux', 'root', 'command runc', 'command busybox');

  test('comes the terminal of a container, which can be read and resized', async () => {
    const box = await sandbox();
    const bundle = await tempDir({
      rootfs: { proc: {}, dev: {}, bin: {} },
      'config.json': JSON.stringify({
        ociVersion: '1.0.2',
        process: {
          terminal: true,
          user: { uid: 0, gid: 0 },
          args: [
            '/bin/busybox',
            'sh',
            '-c',
            'trap "stty size; exit" WINCH; echo ready; while :; do read x; done',
          ],
          cwd: '/',
          env: ['PATH=/bin'],
        },
        root: { path: 'rootfs', readonly: false },
        mounts: [
          { destination: '/proc', type: 'proc', source: 'proc' },
          { destination: '/dev', type: 'tmpfs', source: 'tmpfs' },
          {
            destination: '/dev/pts',
            type: 'devpts',
            source: 'devpts',
            options: ['newinstance', 'ptmxmode=0666'],
          },
        ],
        linux: {
          cgroupsPath: `/${box.token}-console`,
          namespaces: ['pid', 'mount', 'ipc', 'uts'].map((type) => ({ type })),
        },
      }),
    });
    const bin = path.join(bundle, 'rootfs/bin');
    const busybox = (await execa('sh', ['-c', 'command -v busybox'])).stdout;
    await execa('cp', [busybox, path.join(bin, 'busybox')]);
    await execa('cp', [busybox, path.join(bin, 'stty')]);

    const runc = (...args: readonly string[]) =>
      execa('runc', ['--root', box.runtimeRoot, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    const socketPath = path.join(box.base, 'console.sock');
    const { connection } = await consoleSocket(socketPath);
    onTestFinished(() => runc('delete', '--force', box.token).then(() => {}));
    await runc('create', '--bundle', bundle, '--console-socket', socketPath, box.token);
    const master = receiveDescriptor(descriptorOf(await connection));
    if (master === undefined) return expect.unreachable();
    expect(readlinkSync(`/proc/self/fd/${master}`)).toContain('ptmx');
    expect(descriptorFlags(master) & O_CLOEXEC).toBe(O_CLOEXEC);

    const terminal = new ReadStream(master);
    onTestFinished(() => void terminal.destroy());
    let output = '';
    const lines = (count: number) =>
      expect.poll(() => output.split('\n').length - 1, { interval: 5, timeout: 20_000 }).toBe(count);
    terminal.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
    terminal.on('error', () => {}); // EIO is its end
    await runc('start', box.token);
    await lines(1);
    resizeTerminal(master, { width: 133, height: 44 });
    await lines(2);
    expect(output).toBe('ready\r\n44 133\r\n');
  });
});
