import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { connected, serving } from './fixtures/peers.ts';

const fixture = (name: string) => path.join(import.meta.dirname, 'fixtures', name);

test('a server listens on a descriptor that it was started with', async () => {
  const dir = await tempDir();
  const [bound, socket] = [path.join(dir, 'bound.sock'), path.join(dir, 'fd.sock')];
  const listener = createServer().listen(bound);
  await once(listener, 'listening');
  const { _handle: handle } = listener as unknown as { readonly _handle: { readonly fd: number } };
  const child = spawn(process.execPath, [fixture('fd-server.ts')], {
    stdio: ['pipe', 'inherit', 'inherit', handle.fd],
  });
  onTestFinished(async () => {
    child.stdin?.end();
    await once(child, 'exit');
  });
  // Its path goes with a listener, and a connection goes to whoever accepts first.
  await rename(bound, socket);
  listener.close();
  const { client, shim } = await connected(socket);
  expect(await shim.state({ id: 'a' })).toEqual({ id: 'a', stdout: String(child.pid) });
  await client.close();
});

test('a client that is unref’d lets its process end', async () => {
  const { socket } = await serving(({ id }) => ({ id }));
  const { stdout } = await execa(process.execPath, [fixture('unref-client.ts'), socket]);
  expect(stdout).toBe('called');
});
