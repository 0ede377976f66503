import { existsSync } from 'node:fs';
import { lstat, readdir, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { removeSocket, removeSocketSync } from './remove-socket.ts';

const removers = [
  ['removeSocket', removeSocket],
  ['removeSocketSync', async (address: string) => removeSocketSync(address)],
] as const;

async function listeningAt(socket: string): Promise<void> {
  const server = createServer();
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  await new Promise<void>((resolve) => server.listen(socket, resolve));
}

describe.skipIf(process.platform === 'win32').each(removers)('%s', (_, remove) => {
  test('removes a socket', async () => {
    const socket = path.join(await tempDir(), 's');
    await listeningAt(socket);
    await remove(`unix://${socket}`);
    expect(existsSync(socket)).toBe(false);
  });

  test('finds nothing to do where the socket is gone, or was never a file', async () => {
    const directory = await tempDir();
    await remove(`unix://${directory}/missing`);
    await remove(`unix://${directory}/missing/either`);
    await remove('/containerd-shim/moby/web/shim.sock');
    await remove('@name');
  });

  test('leaves alone what is no socket: a file, a directory, a link even if to a socket', async () => {
    const directory = await tempDir({ file: 'text', tree: {} });
    await listeningAt(path.join(directory, 's'));
    await symlink('s', path.join(directory, 'link'));

    for (const name of ['file', 'tree', 'link']) {
      const victim = path.join(directory, name);
      await expect(remove(`unix://${victim}`)).rejects.toMatchObject({
        code: 'ERR_ADDRESS_NOT_A_SOCKET',
        address: `unix://${victim}`,
        path: victim,
      });
      expect(await lstat(victim)).toBeDefined();
    }
  });

  test('finds nothing to do where the path leads nowhere: below a file, or into a loop of links', async () => {
    const directory = await tempDir({ file: 'text' });
    await symlink('loop', path.join(directory, 'loop'));
    for (const nowhere of ['file/s', 'file/a/s', 'loop/s']) await remove(`unix://${directory}/${nowhere}`);
    expect((await readdir(directory)).sort()).toEqual(['file', 'loop']);
  });

  test('refuses what is no address', async () => {
    await expect(remove('unix://relative')).rejects.toMatchObject({ code: 'ERR_ADDRESS_INVALID' });
  });
});
