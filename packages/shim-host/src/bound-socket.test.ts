import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { BoundSocket } from './bound-socket.ts';
import { isListening } from './socket-path.ts';

async function socketPath(): Promise<string> {
  return path.join(await tempDir(), 's/shim');
}

/** One that says hello to everybody. */
async function serving(socket: string): Promise<BoundSocket> {
  const served = await BoundSocket.serve(socket, (connection) =>
    connection.on('error', () => {}).end('hello'),
  );
  onTestFinished(() => {
    served.remove();
    served.release();
  });
  return served;
}

async function greeting(socket: string): Promise<string> {
  const client = connect({ path: socket });
  const [said] = await once(client, 'data');
  client.destroy();
  return String(said);
}

describe('a socket that is served', () => {
  needs('linux');

  test('is for its owner alone, in a directory that is made, and the only file there', async () => {
    const socket = await socketPath();
    await serving(socket);
    expect(await greeting(socket)).toBe('hello');
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(socket)).mode & 0o777).toBe(0o700);
    expect(readdirSync(path.dirname(socket))).toEqual(['shim']);
  });

  test('is refused where somebody answers, and replaces one where nobody does', async () => {
    const socket = await socketPath();
    const first = await serving(socket);
    await expect(serving(socket)).rejects.toMatchObject({ code: 'ERR_SHIM_ADDRESS_IN_USE', path: socket });
    expect(await greeting(socket)).toBe('hello');
    first.release();
    expect(await isListening(socket)).toBe(false);
    await serving(socket);
    expect(await greeting(socket)).toBe('hello');
  });

  test('of many that are served at one path at once, one is', async () => {
    const socket = await socketPath();
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => serving(socket)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await greeting(socket)).toBe('hello');
    expect(readdirSync(path.dirname(socket))).toEqual(['shim']);
  });

  test('is refused where others could put one, and where something else is', async () => {
    const socket = await socketPath();
    const refusal = expect.objectContaining({ code: 'ERR_SHIM_ADDRESS' });
    const file = path.join(await tempDir({ file: 'precious' }), 'file');
    chmodSync(path.dirname(file), 0o700);
    await expect(serving(file)).rejects.toEqual(refusal);
    const open = await tempDir();
    chmodSync(open, 0o777);
    await expect(serving(path.join(open, 'shim'))).rejects.toEqual(refusal);
    symlinkSync(open, path.dirname(socket));
    await expect(serving(socket)).rejects.toEqual(refusal);
    expect(readdirSync(open)).toEqual([]);
  });

  test('removes its path only while that is its own', async () => {
    const socket = await socketPath();
    const first = await serving(socket);
    first.remove();
    expect(existsSync(socket)).toBe(false);
    writeFileSync(socket, 'of somebody else');
    first.remove();
    expect(existsSync(socket)).toBe(true);
  });
});
