import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { recorded } from '../test/fixtures/golden-vectors.ts';
import { loadAddress, loadAddressSync, saveAddress, saveAddressSync } from './address-file.ts';
import { decideShimAddress, decideShimAddressSync } from './decide-shim-address.ts';

const address = 'unix:///run/containerd/s/0123';

const savers = [
  ['saveAddress', saveAddress],
  ['saveAddressSync', async (...args: Parameters<typeof saveAddressSync>) => saveAddressSync(...args)],
] as const;

const loaders = [
  ['loadAddress', loadAddress],
  ['loadAddressSync', async (bundle: string) => loadAddressSync(bundle)],
] as const;

const deciders = [
  ['decideShimAddress', decideShimAddress],
  [
    'decideShimAddressSync',
    async (...args: Parameters<typeof decideShimAddressSync>) => decideShimAddressSync(...args),
  ],
] as const;

describe.each(savers)('%s', (_, save) => {
  test('takes the bundle as a URL, also one of another realm', async () => {
    const bundle = await tempDir();
    await save(pathToFileURL(bundle), address);
    expect(await loadAddress(pathToFileURL(bundle))).toBe(address);
    const { href } = pathToFileURL(bundle);
    const foreign = runInNewContext(`({ href: '${href}', protocol: 'file:' })`) as URL;
    expect(loadAddressSync(foreign)).toBe(address);
  });

  test.each([
    ['nothing', ''],
    ['no text', 7],
    ['a NUL byte', 'a\0b'],
    ['the URL of no file', new URL('https://example.com/bundle')],
  ])('refuses %s as the path of a bundle', async (_what, bundlePath) => {
    await expect(save(bundlePath as string, address)).rejects.toMatchObject({ code: 'ERR_ADDRESS_ARGUMENT' });
  });

  test('goes where the file system leads, not where the text of the path does', async () => {
    const base = await tempDir({ real: { inside: {}, bundle: {} }, bundle: {} });
    await symlink('real/inside', path.join(base, 'link'));
    await save(`${base}/link/../bundle`, address);
    expect(await readdir(path.join(base, 'real/bundle'))).toEqual(['address']);
    expect(await readdir(path.join(base, 'bundle'))).toEqual([]);
  });

  test('writes the address alone, for everybody to read, and leaves nothing else', async () => {
    const bundle = await tempDir();
    await save(bundle, address);

    expect(await readFile(path.join(bundle, 'address'), 'utf8')).toBe(address);
    expect((await stat(path.join(bundle, 'address'))).mode & 0o777).toBe(0o644);
    expect(await readdir(bundle)).toEqual(['address']);
  });

  test('replaces a link rather than writing through it', async () => {
    const bundle = await tempDir({ precious: 'text' });
    await symlink('precious', path.join(bundle, 'address'));
    await save(bundle, address);

    expect(await readFile(path.join(bundle, 'precious'), 'utf8')).toBe('text');
    expect(loadAddressSync(bundle)).toBe(address);
  });

  test('refuses what is no address, and leaves the old one', async () => {
    const bundle = await tempDir({ address });
    await expect(save(bundle, '')).rejects.toMatchObject({ code: 'ERR_ADDRESS_INVALID' });
    await expect(save(bundle, `unix:///${'x'.repeat(106)}`)).rejects.toMatchObject({
      code: 'ERR_ADDRESS_TOO_LONG',
    });

    expect(loadAddressSync(bundle)).toBe(address);
  });
});

test('a relative path is meant from where the process is when it is given', async () => {
  const base = await tempDir({ bundle: { address }, elsewhere: {} });
  const before = process.cwd();
  process.chdir(base);
  try {
    const loading = loadAddress('bundle');
    process.chdir('elsewhere');
    expect(await loading).toBe(address);
  } finally {
    process.chdir(before);
  }
});

describe.each(loaders)('%s', (_, load) => {
  test('gives what was saved', async () => {
    const bundle = await tempDir();
    await saveAddress(bundle, '/containerd-shim/é/web/shim.sock');
    expect(await load(bundle)).toBe('/containerd-shim/é/web/shim.sock');
  });

  test('gives undefined where there is no record, and no bundle', async () => {
    const bundle = await tempDir();
    expect(await load(bundle)).toBeUndefined();
    expect(await load(path.join(bundle, 'missing'))).toBeUndefined();
  });

  test.each([
    ['nothing at all', ''],
    ['a newline at its end', `${address}\n`],
    ['a NUL', `${address}\0`],
    ['bytes that are no UTF-8', Buffer.from([0x2f, 0xff])],
    ['a relative path', 'unix://x'],
  ])('refuses a record of %s', async (_what, content) => {
    const bundle = await tempDir({ address: content });
    await expect(load(bundle)).rejects.toMatchObject({
      code: 'ERR_ADDRESS_INVALID',
      path: path.join(bundle, 'address'),
      message: expect.stringContaining(bundle),
    });
  });

  test('refuses an address that no socket can have', async () => {
    const bundle = await tempDir({ address: `unix:///${'x'.repeat(106)}` });
    await expect(load(bundle)).rejects.toMatchObject({ code: 'ERR_ADDRESS_TOO_LONG' });
  });

  test.each([
    ['4097 bytes', 4097],
    ['10 MB', 10_000_000],
  ])('refuses %s without taking them in', async (_what, size) => {
    const bundle = await tempDir({ address: Buffer.alloc(size, '/') });
    await expect(load(bundle)).rejects.toMatchObject({
      code: 'ERR_ADDRESS_UNREADABLE',
      message: expect.stringContaining('longer than 4096 bytes'),
    });
  });

  test.skipIf(process.platform === 'win32')(
    'refuses a directory, a link, a FIFO and a socket, and waits for none',
    async () => {
      const bundle = await tempDir({ elsewhere: address });
      const file = path.join(bundle, 'address');
      const makers = {
        directory: () => mkdir(file),
        link: () => symlink('elsewhere', file),
        'link to nothing': () => symlink('missing', file),
        fifo: async () => execFileSync('mkfifo', [file]),
        socket: () => listen(file),
      };
      for (const make of Object.values(makers)) {
        await make();
        await expect(load(bundle)).rejects.toMatchObject({ code: 'ERR_ADDRESS_UNREADABLE', path: file });
        await rm(file, { recursive: true, force: true });
      }
    },
  );

  test('keeps the system’s error as the cause', async () => {
    const bundle = await tempDir({ file: '' });
    await expect(load(path.join(bundle, 'file'))).rejects.toMatchObject({
      code: 'ERR_ADDRESS_UNREADABLE',
      cause: { code: 'ENOTDIR' },
    });
  });
});

async function listen(file: string): Promise<void> {
  const server = createServer();
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  await new Promise<void>((resolve) => server.listen(file, resolve));
}

describe.each(deciders)('%s', (_, decide) => {
  test('decides as containerd does', async () => {
    const { record } = await recorded();
    for (const { content, namespace, id, decided } of record) {
      const bundlePath = await tempDir(content === null ? {} : { address: content });
      expect(await decide({ bundlePath, namespace, id })).toBe(decided);
    }
  });

  test('does not take a record it cannot read for none, as containerd does', async () => {
    const bundlePath = await tempDir({ address: {} });
    await expect(decide({ bundlePath, namespace: 'moby', id: 'web' })).rejects.toMatchObject({
      code: 'ERR_ADDRESS_UNREADABLE',
    });
  });
});
