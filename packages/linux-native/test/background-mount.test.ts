import { closeSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { backgroundCall } from '../src/background-call.ts';
import { mountInBackground, unmountAll, unmountAllInBackground, unmountInBackground } from '../src/mount.ts';
import { makePipe } from '../src/pipe.ts';
import { mountsAt } from './fixtures/mounts-at.ts';

async function directories() {
  const base = await tempDir({ source: { file: 'from the source' }, target: {} });
  const [source, target] = [path.join(base, 'source'), path.join(base, 'target')];
  onTestFinished(() => void unmountAll(target, { detach: true }));
  return { source, target };
}

describe('in the background', () => {
  needs('linux', 'root');

  test('a mount is made with all its steps, and undone', async () => {
    const { source, target } = await directories();
    await mountInBackground({ type: 'bind', source, target, options: ['rbind', 'ro', 'rslave'] });
    expect(readFileSync(path.join(target, 'file'), 'utf8')).toBe('from the source');
    expect(mountsAt(target)[0]?.flags).toContain('ro');
    await unmountInBackground(target);
    expect(readdirSync(target)).toEqual([]);
  });

  test('all mounts of a place are undone, and none is no error', async () => {
    const { target } = await directories();
    for (let count = 0; count < 3; count += 1) {
      await mountInBackground({ type: 'tmpfs', source: 'tmpfs', target, options: ['size=4k'] });
    }
    expect(await unmountAllInBackground(target)).toBe(3);
    expect(await unmountAllInBackground(target)).toBe(0);
    expect(await unmountAllInBackground('')).toBe(0);
  });

  test('a failure is the one of its own call, with its paths', async () => {
    const { source, target } = await directories();
    const calls = Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0
        ? unmountInBackground(target)
        : mountInBackground({ type: 'bind', source, target: '/no/such/place', options: ['bind'] }),
    );
    const codes = (await Promise.allSettled(calls)).map((result) =>
      result.status === 'rejected' ? [result.reason.code, result.reason.path] : [],
    );
    expect(codes).toEqual(
      calls.map((_, index) => (index % 2 === 0 ? ['EINVAL', target] : ['ENOENT', source])),
    );
  });

  test('what is asked wrongly is refused before anything is done', async () => {
    const refused = { code: 'ERR_NATIVE_ARGUMENT' };
    const request = { type: 'bind', source: '/a', target: '', options: [] };
    await expect(mountInBackground(request)).rejects.toMatchObject(refused);
    await expect(unmountInBackground('a\0b')).rejects.toMatchObject(refused);
  });

  test('as many calls as hang leave the files of the program to it', async () => {
    const [readEnd, writeEnd] = makePipe();
    const read = backgroundCall<[number, Buffer, number]>(
      'read',
      'long read(int fd, void *data, size_t length)',
    );
    const hanging = Array.from({ length: 6 }, () => read([readEnd, Buffer.alloc(1), 1]));
    expect(await readFile('/proc/self/comm', 'utf8')).not.toBe('');
    expect(statSync('/proc/self').isDirectory()).toBe(true);
    writeSync(writeEnd, 'x'.repeat(6));
    expect(await Promise.all(hanging)).toEqual([1, 1, 1, 1, 1, 1]);
    closeSync(readEnd);
    closeSync(writeEnd);
  });
});
