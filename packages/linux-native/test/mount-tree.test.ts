import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { mount, unmountAll } from '../src/mount.ts';
import { attachMount, cloneMount, mapMountIds } from '../src/mount-tree.ts';
import { isSystemError } from '../src/system-error.ts';
import { mountsAt } from './fixtures/mounts-at.ts';

const HOST_ID = 100_000;

async function directories() {
  const base = await tempDir({ source: { file: 'from the source' }, target: {} });
  const [source, target] = [path.join(base, 'source'), path.join(base, 'target')];
  onTestFinished(() => {
    for (const place of [source, target]) unmountAll(place, { detach: true });
  });
  return { source, target };
}

async function cloned(source: string): Promise<number> {
  const tree = await cloneMount(source);
  onTestFinished(() => closeSync(tree));
  return tree;
}

/** A user namespace in which root is another user of the host; a process holds it until it is open. */
async function userNamespace(): Promise<number> {
  const holder = spawn('unshare', ['--user', 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  holder.stdin.write('.');
  await once(holder.stdout, 'data'); // it is in the namespace by then
  for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${holder.pid}/${map}`, `0 ${HOST_ID} 65536`);
  const descriptor = openSync(`/proc/${holder.pid}/ns/user`, 'r');
  onTestFinished(() => closeSync(descriptor));
  holder.stdin.end();
  await once(holder, 'exit');
  return descriptor;
}

describe('a mount that is at no place yet', () => {
  needs('linux', 'root', 'command unshare');

  test('shows the same, with the same flags, once it is attached', async () => {
    const { source, target } = await directories();
    mount({ type: 'bind', source, target: source, options: ['bind', 'ro', 'nosuid'] });
    const tree = await cloned(source);
    expect(mountsAt(target)).toEqual([]);
    attachMount(tree, target);
    expect(readFileSync(path.join(target, 'file'), 'utf8')).toBe('from the source');
    expect(mountsAt(target)[0]?.flags).toEqual(expect.arrayContaining(['ro', 'nosuid']));
  });

  test('shows what root owns as owned by root of the namespace that it is given', async (context) => {
    const { source, target } = await directories();
    const tree = await cloned(source);
    try {
      mapMountIds(tree, await userNamespace());
    } catch (error) {
      if (isSystemError(error, 'EINVAL', 'ENOSYS')) return context.skip('needs a file system that maps ids');
      throw error;
    }
    attachMount(tree, target);
    expect(statSync(path.join(target, 'file'))).toMatchObject({ uid: HOST_ID, gid: HOST_ID });
    expect(statSync(path.join(source, 'file'))).toMatchObject({ uid: 0, gid: 0 });
  });

  test('is gone with its descriptor', async () => {
    const { source, target } = await directories();
    closeSync(await cloneMount(source));
    expect(readdirSync(target)).toEqual([]);
  });

  test('is an error with its paths where that cannot be', async () => {
    const { source } = await directories();
    const missing = path.join(source, 'missing');
    await expect(cloneMount(missing)).rejects.toMatchObject({ code: 'ENOENT', path: missing });
    const tree = await cloned(source);
    expect(() => attachMount(tree, missing)).toThrow(
      expect.objectContaining({ code: 'ENOENT', dest: missing }),
    );
    expect(() => mapMountIds(tree, tree)).toThrow(expect.objectContaining({ code: 'EBADF' }));
    await expect(cloneMount('')).rejects.toMatchObject({ code: 'ERR_NATIVE_ARGUMENT' });
    expect(() => attachMount(-1, source)).toThrow(expect.objectContaining({ code: 'ERR_NATIVE_ARGUMENT' }));
    expect(() => mapMountIds(tree, 0.5)).toThrow(expect.objectContaining({ code: 'ERR_NATIVE_ARGUMENT' }));
  });
});
