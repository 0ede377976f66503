import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { nodeForOthers } from '../../../tools/testing/node-for-others.ts';
import { peerCredentials } from '../src/peer-credentials.ts';
import { descriptorOf } from './fixtures/descriptor-of.ts';

async function listening(options: ListenOptions): Promise<Server> {
  const server = createServer().listen(options);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return server;
}

async function accepted(server: Server): Promise<Socket> {
  const [socket]: Socket[] = await once(server, 'connection');
  if (!socket) return expect.unreachable();
  onTestFinished(() => void socket.destroy());
  return socket;
}

// An abstract name, which every user can reach.
const name = () => `\0shimwright-test-${randomBytes(6).toString('hex')}`;

describe('the credentials of a peer', () => {
  needs('linux');

  test('are those of this process when it connects to itself, on both sides', async () => {
    const path = name();
    const server = await listening({ path });
    const client = connect(path);
    onTestFinished(() => void client.destroy());
    const socket = await accepted(server);
    const own = { pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() };
    expect(peerCredentials(descriptorOf(socket))).toEqual(own);
    expect(peerCredentials(descriptorOf(client))).toEqual(own);
  });

  test('are missing on a socket of another family, and on what is none', async () => {
    const server = await listening({ port: 0, host: '127.0.0.1' });
    const { port } = server.address() as { port: number };
    const client = connect(port, '127.0.0.1');
    onTestFinished(() => void client.destroy());
    const socket = await accepted(server);
    expect(() => peerCredentials(descriptorOf(socket))).toThrow(
      expect.objectContaining({ code: 'ERR_NATIVE_NO_PEER' }),
    );

    const file = openSync('/dev/null', 'r');
    onTestFinished(() => closeSync(file));
    expect(() => peerCredentials(file)).toThrow(
      expect.objectContaining({ code: 'ENOTSOCK', syscall: 'getsockopt' }),
    );
  });
});

describe('a peer of another user', () => {
  needs('linux', 'root');

  test('is told by its uid and gid', async () => {
    const path = name();
    const server = await listening({ path });
    const program = 'require("node:net").connect("\\0" + process.argv[1])';
    const child = spawn(await nodeForOthers(), ['-e', program, path.slice(1)], { uid: 65534, gid: 65533 });
    onTestFinished(() => void child.kill('SIGKILL'));
    const socket = await accepted(server);
    expect(peerCredentials(descriptorOf(socket))).toEqual({ pid: child.pid, uid: 65534, gid: 65533 });
  });
});
