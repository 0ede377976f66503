import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, {
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { atomicDeleteSync } from '../src/index.ts';
import { runPromise, runSync } from '../src/steps.ts';
import { removeByPath } from '../src/tree/remove-by-path.ts';
import { removeTree } from '../src/tree/remove-tree.ts';
import { program } from './program.ts';

const FEW_DESCRIPTORS = ['prlimit', '--nofile=64'];

/** Makes trees deeper than a path can be long, and deletes all of them. */
const DEEP = `
const [form, base, count, levels] = args;
const made = [];
for (let tree = 0; tree < Number(count); tree += 1) {
  process.chdir(base);
  for (let level = 0; level < Number(levels); level += 1) {
    const name = level === 0 ? 'tree-' + tree : 'd';
    fs.mkdirSync(name);
    process.chdir(name);
    if (level % 100 === 99) fs.writeFileSync('file', '');
  }
  made.push(path.join(base, 'tree-' + tree));
}
process.chdir('/');
const descriptors = () => fs.readdirSync('/proc/self/fd').length;
const before = descriptors();
await Promise.all(made.map((target) => forms[form]('atomicDelete')(target)));
say({ left: fs.readdirSync(base), descriptors: descriptors() - before });`;

describe('a tree deeper than any stack, with 64 descriptors for the process,', () => {
  needs('linux', 'command prlimit');

  test.each([
    ['sync', 'on a disk', undefined, 3_000], // which takes seconds to make it
    ['sync', 'in memory', '/dev/shm', 10_000],
    ['promise', 'on a disk', undefined, 3_000],
    ['promise', 'in memory', '/dev/shm', 10_000],
  ])('is deleted by the %s form %s', { timeout: 300_000 }, async (form, _, parent, levels) => {
    const base = await tempDir({}, parent);
    const said = await program(DEEP, { by: FEW_DESCRIPTORS, args: [form, base, '1', String(levels)] });
    expect(said).toEqual({ left: [], descriptors: 0 });
  });

  test.each(['sync', 'promise'])(
    'is deleted by the %s form, 60 at a time',
    { timeout: 300_000 },
    async (form) => {
      const base = await tempDir({}, '/dev/shm');
      const said = await program(DEEP, { by: FEW_DESCRIPTORS, args: [form, base, '60', '150'] });
      expect(said).toEqual({ left: [], descriptors: 0 });
    },
  );

  test('is deleted 60 at a time on a disk', { timeout: 300_000 }, async () => {
    const said = await program(DEEP, { by: FEW_DESCRIPTORS, args: ['promise', await tempDir(), '60', '40'] });
    expect(said).toEqual({ left: [], descriptors: 0 });
  });

  test('is swept away', { timeout: 300_000 }, async () => {
    const base = await tempDir({}, '/dev/shm');
    const said = await program(
      `
      process.chdir(args[0]);
      fs.mkdirSync('.tree.delete~1-1-0-abcdefgh');
      process.chdir('.tree.delete~1-1-0-abcdefgh');
      for (let level = 0; level < 3_000; level += 1) {
        fs.mkdirSync('d');
        process.chdir('d');
      }
      process.chdir('/');
      await ours.sweep(args[0]);
      say(fs.readdirSync(args[0]));`,
      { by: FEW_DESCRIPTORS, args: [base] },
    );
    expect(said).toEqual([]);
  });
});

test('60 writes, makes and deletions at once are done with 64 descriptors', async () => {
  const said = await program(
    `
    const [base] = args;
    const all = Array.from({ length: 60 }, (_, index) => path.join(base, String(index)));
    await Promise.all(all.map((target) => ours.atomicWriteFile(target + '.file', target)));
    const fill = (hidden) => ours.atomicWriteFile(hidden + '/file', hidden);
    await Promise.all(all.map((target) => ours.atomicMakeDirectory(target, fill, { fsync: true })));
    await Promise.all(all.map((target) => ours.atomicDelete(target)));
    say(fs.readdirSync(base).length);`,
    { by: FEW_DESCRIPTORS, args: [await tempDir()] },
  );
  expect(said).toBe(60);
});

describe.each([
  ['sync', async (target: string) => runSync(removeTree(target))],
  ['promise', (target: string) => runPromise(removeTree(target), path.dirname(target))],
])('a directory too large to be listed at once, %s form', (_, remove) => {
  test('is emptied in parts, with the directories in it', { timeout: 300_000 }, async () => {
    const base = await tempDir({ tree: { wide: {} } }, '/dev/shm');
    const wide = path.join(base, 'tree/wide');
    // On tmpfs an entry counts as 20 bytes, so that these are more than 2 MiB.
    for (let index = 0; index < 108_000; index += 1) writeFileSync(`${wide}/${index}`, '');
    for (let index = 0; index < 12_000; index += 1) mkdirSync(`${wide}/d${index}/e`, { recursive: true });
    await remove(path.join(base, 'tree'));
    expect(readdirSync(base)).toEqual([]);
  });
});

describe('a tree whose owner changes it while it is deleted', () => {
  needs('linux');

  test.each([
    ['sync', async (target: string) => runSync(removeTree(target))],
    ['promise', (target: string) => runPromise(removeTree(target), path.dirname(target))],
  ])('does not lead the %s form out of it by a link', async (_, remove) => {
    const base = await tempDir({ precious: { b: { data: 'text' } } });
    // It puts a link in the place of a directory and the directory back, as fast as it can.
    const swap = `
      const fs = require('node:fs');
      process.chdir(process.argv[1]);
      for (;;) {
        try { fs.renameSync('tree/a', 'tree/x'); fs.symlinkSync('../precious', 'tree/a'); } catch {}
        try { fs.unlinkSync('tree/a'); fs.renameSync('tree/x', 'tree/a'); } catch {}
      }`;
    const swapper = spawn(process.execPath, ['--eval', swap, base]);
    const ended = once(swapper, 'exit');
    try {
      for (let round = 0; round < 150; round += 1) {
        mkdirSync(path.join(base, 'new/a/b'), { recursive: true });
        writeFileSync(path.join(base, 'new/a/b/data'), '');
        renameSync(path.join(base, 'new'), path.join(base, 'tree'));
        await remove(path.join(base, 'tree'));
      }
    } finally {
      swapper.kill('SIGKILL');
      await ended;
    }
    expect(await readFile(path.join(base, 'precious/b/data'), 'utf8')).toBe('text');
  });

  test('is left alone where it is when a directory was moved out of it', async () => {
    const base = await tempDir({ outside: { keep: 'text' }, tree: { a: { b: { c: { d: { e: {} } } } } } });
    const steps = removeTree(path.join(base, 'tree'));
    let next = steps.next();
    let moved = false;
    while (!next.done) {
      const { value: one } = next;
      let result: unknown;
      try {
        result = one.sync();
      } catch (error) {
        next = steps.throw(error);
        continue;
      }
      // Deep in the tree, when the upper levels are not held open any more.
      if (!moved && readdirSync('/proc/self/fd').some((fd) => pathOf(fd).endsWith('/a/b/c/d/e'))) {
        renameSync(path.join(base, 'tree/a/b/c'), path.join(base, 'outside/c'));
        moved = true;
      }
      next = steps.next(result);
    }
    expect(moved).toBe(true);
    expect((await readdir(base)).sort()).toEqual(['outside']);
    expect(await readFile(path.join(base, 'outside/keep'), 'utf8')).toBe('text');
  });
});

describe.each([
  ['sync', async (target: string) => runSync(removeByPath(target, undefined))],
  ['promise', (target: string) => runPromise(removeByPath(target, undefined), path.dirname(target))],
])('without descriptors for it, the %s form', (_, empty) => {
  test('empties a tree deeper than a path can be long', { timeout: 300_000 }, async () => {
    const base = await tempDir({}, '/dev/shm');
    await program(
      `
      process.chdir(args[0]);
      for (let level = 0; level < 3_000; level += 1) {
        fs.mkdirSync('directory');
        process.chdir('directory');
        fs.writeFileSync('file', '');
      }`,
      { args: [base] },
    );
    await empty(base);
    expect(await readdir(base)).toEqual([]);
  });

  test('removes names that are no text, and follows no link', async () => {
    const base = await tempDir({ precious: { data: 'text' }, tree: { a: {} } });
    const name = Buffer.concat([Buffer.from(`${base}/tree/`), Buffer.from([0xff, 0xfe])]);
    mkdirSync(name);
    mkdirSync(Buffer.concat([name, Buffer.from('/'), Buffer.from([0xc3])]));
    symlinkSync('../precious', path.join(base, 'tree/link'));
    await empty(path.join(base, 'tree'));
    expect(await readdir(base, { recursive: true })).toEqual(['precious', 'tree', 'precious/data']);
    rmSync(path.join(base, 'tree'), { recursive: true });
  });
});

function pathOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return '';
  }
}

describe('a directory that becomes a link before any system call of its deletion', () => {
  const CALLS = ['lstatSync', 'rmdirSync', 'renameSync', 'readdirSync', 'unlinkSync'] as const;
  const real = Object.fromEntries(CALLS.map((name) => [name, fs[name]])) as unknown as typeof fs;

  /** Deletes it, and swaps it right before the call of that number. How many calls there were. */
  function deletedWithSwap(base: string, swapBefore: number): number {
    const target = path.join(base, 'tree');
    let calls = 0;
    const swap = () => {
      if (!real.lstatSync(target, { throwIfNoEntry: false })?.isDirectory()) return;
      real.renameSync(target, path.join(base, 'moved'));
      symlinkSync('precious', target);
    };
    const spies = CALLS.map((name) =>
      vi.spyOn(fs, name).mockImplementation((...args: readonly unknown[]) => {
        if (calls === swapBefore) swap();
        calls += 1;
        return (real[name] as (...args: readonly unknown[]) => never)(...args);
      }),
    );
    try {
      atomicDeleteSync(target);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    return calls;
  }

  test.each([
    ['with a file', { file: 'text' }],
    ['with directories', { a: { b: {} }, c: {} }],
    ['that is empty', {}],
  ])('never leads out of it: one %s', async (_, tree) => {
    const calls = deletedWithSwap(await tempDir({ tree }), Number.POSITIVE_INFINITY);
    for (let swapBefore = 0; swapBefore < calls; swapBefore += 1) {
      const base = await tempDir({ precious: { file: 'text', a: { b: { file: 'text' } } }, tree });
      const failure = failureOf(() => deletedWithSwap(base, swapBefore));
      // It may be told that it changed, as any file system call would be.
      expect(['none', 'ENOTDIR', 'EISDIR']).toContain(failure);
      expect(await readFile(path.join(base, 'precious/file'), 'utf8')).toBe('text');
      expect(await readFile(path.join(base, 'precious/a/b/file'), 'utf8')).toBe('text');
    }
    expect(calls).toBeGreaterThan(1);
  });
});

function failureOf(work: () => unknown): unknown {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}
