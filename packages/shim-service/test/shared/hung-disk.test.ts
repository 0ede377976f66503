import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { group } from './group.ts';

/** A disk that can be made to hang: whatever writes to it waits, and cannot be killed meanwhile. */
async function disk(base: string, { skip }: TestContext) {
  const [image, directory] = [path.join(base, 'image'), path.join(base, 'disk')];
  await writeFile(image, '');
  await truncate(image, 16 * 1024 * 1024);
  await mkdir(directory);
  await execa('mkfs.ext4', ['-q', image]);
  const mounted = await execa('mount', ['-o', 'loop', image, directory], { reject: false });
  if (mounted.failed) return skip(`no disk can be made of a file here: ${mounted.stderr}`);
  let hangs = false;
  const goOn = () => {
    if (hangs) execFileSync('fsfreeze', ['--unfreeze', directory]);
    hangs = false;
  };
  onTestFinished(async () => {
    goOn();
    await expect
      .poll(async () => (await execa('umount', [directory], { reject: false })).exitCode, { timeout: 10_000 })
      .toBe(0);
  });
  const hang = () => {
    execFileSync('fsfreeze', ['--freeze', directory]);
    hangs = true;
  };
  return { directory, hang, goOn };
}

describe('a log on a disk that hangs', () => {
  needs('linux', 'root', 'command runc', 'command mkfs.ext4', 'command fsfreeze');

  test('holds up neither the end of its container nor anybody else', async (context) => {
    const the = await group();
    const { directory, hang, goOn } = await disk(the.base, context);
    const loud = ['/bin/sh', '-c', 'echo first; read go; seq 1 200000'];
    const [one, other] = [await the.bundle('one', loud), await the.bundle('other')];
    const [shim, otherShim] = [await one.add(), await other.add()];
    await other.create(otherShim);
    await otherShim.start({ id: 'other' });
    const log = path.join(directory, 'log');
    const io = await one.io();
    await one.create(shim, { stdin: io.paths.stdin, stdout: `file://${log}`, stderr: `file://${log}` });
    await shim.start({ id: 'one' });
    await expect.poll(() => readFileSync(log, 'utf8')).toBe('first\n');
    hang();
    io.streams().stdin?.write('\n');
    expect(await otherShim.state({ id: 'other' })).toMatchObject({ status: 'RUNNING' });
    await shim.kill({ id: 'one', signal: 9 });
    expect(await shim.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
    await shim.delete({});
    expect(await otherShim.state({ id: 'other' })).toMatchObject({ status: 'RUNNING' });
    goOn();
    expect(await readFile(log, 'utf8')).toMatch(/^first\n/);
  });

  test('is opened while all others are served', async (context) => {
    const the = await group();
    const { directory, hang, goOn } = await disk(the.base, context);
    const ids = ['a', 'b', 'c', 'd'];
    const late = await Promise.all(ids.map((id) => the.bundle(id, ['/bin/echo', id])));
    const shims = await Promise.all(late.map((one) => one.add()));
    const other = await the.bundle('other');
    const otherShim = await other.add();
    hang();
    const creations = late.map(async (one, index) => {
      const file = `file://${directory}/logs/${one.id}`;
      await one.create(shims[index] ?? expect.fail(), { stdout: file, stderr: file });
    });
    await other.create(otherShim);
    await otherShim.start({ id: 'other' });
    expect(await otherShim.state({ id: 'other' })).toMatchObject({ status: 'RUNNING' });
    await otherShim.kill({ id: 'other', signal: 9 });
    expect(await otherShim.wait({ id: 'other' })).toMatchObject({ exitStatus: 137 });
    goOn();
    await Promise.all(creations);
    for (const [index, { id }] of late.entries()) {
      await shims[index]?.start({ id });
      expect(await shims[index]?.wait({ id })).toMatchObject({ exitStatus: 0 });
      await expect.poll(() => readFileSync(path.join(directory, 'logs', id), 'utf8')).toBe(`${id}\n`);
      await shims[index]?.delete({});
    }
  });
});
