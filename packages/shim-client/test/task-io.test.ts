import { appendFileSync, closeSync, existsSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { TaskIO } from '../src/index.ts';

describe('TaskIO', () => {
  needs('linux');

  test('makes the FIFOs that are wanted, for this user alone, and removes them', async () => {
    const directory = path.join(await tempDir(), 'io');
    const io = await TaskIO.create(directory, { stdin: true });
    expect(io.paths).toEqual({
      stdin: `${directory}/stdin`,
      stdout: `${directory}/stdout`,
      stderr: `${directory}/stderr`,
    });
    for (const fifo of Object.values(io.paths)) {
      expect(statSync(fifo).isFIFO()).toBe(true);
      expect(statSync(fifo).mode & 0o777).toBe(0o600);
    }
    await io.close();
    await io.close();
    expect(existsSync(directory)).toBe(false);
  });

  test('has no stderr with a terminal, and no stdin unless it is wanted', async () => {
    await using io = await TaskIO.create(path.join(await tempDir(), 'io'), { terminal: true });
    expect(io.paths).toMatchObject({ stdin: '', stderr: '' });
    expect(io.streams()).toMatchObject({ stdin: undefined, stderr: undefined });
  });

  test('carries what a task writes, and what it is given', async () => {
    await using io = await TaskIO.create(path.join(await tempDir(), 'io'), { stdin: true });
    const writers = [openSync(io.paths.stdout, 'w'), openSync(io.paths.stderr, 'w')];
    const { stdin, stdout, stderr } = io.streams();
    expect(io.streams().stdout).toBe(stdout);
    appendFileSync(io.paths.stdout, 'out');
    appendFileSync(io.paths.stderr, 'err');
    for (const writer of writers) closeSync(writer);
    expect([stdout && (await text(stdout)), stderr && (await text(stderr))]).toEqual(['out', 'err']);
    expect(stdin?.writable).toBe(true);
  });

  test('waits for a writer that comes after its streams were asked for', async () => {
    await using io = await TaskIO.create(path.join(await tempDir(), 'io'));
    const { stdout, stderr } = io.streams();
    const read = Promise.all([stdout && text(stdout), stderr && text(stderr)]);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    const writers = [openSync(io.paths.stdout, 'w'), openSync(io.paths.stderr, 'w')];
    appendFileSync(io.paths.stdout, 'late');
    for (const writer of writers) closeSync(writer);
    expect(await read).toEqual(['late', '']);
  });

  test('gives all of a writer that came and went before its streams were asked for', async () => {
    await using io = await TaskIO.create(path.join(await tempDir(), 'io'));
    for (const file of [io.paths.stdout, io.paths.stderr]) appendFileSync(file, 'gone');
    const { stdout, stderr } = io.streams();
    expect([stdout && (await text(stdout)), stderr && (await text(stderr))]).toEqual(['gone', 'gone']);
  });

  test('opened after the last writer has left, gives what was left, and its end', async () => {
    await using io = await TaskIO.create(path.join(await tempDir(), 'io'));
    appendFileSync(io.paths.stdout, 'last words'); // opens, writes and closes
    await using later = TaskIO.open(io.paths);
    const { stdout, stderr } = later.streams();
    expect([stdout && (await text(stdout)), stderr && (await text(stderr))]).toEqual(['last words', '']);
  });

  test('refuses a directory that exists, and FIFOs that are gone', async () => {
    const directory = await tempDir();
    await expect(TaskIO.create(directory)).rejects.toMatchObject({ code: 'ERR_TASK_IO', path: directory });
    const missing = path.join(directory, 'missing');
    expect(() => TaskIO.open({ stdin: '', stdout: missing, stderr: '' })).toThrow(
      expect.objectContaining({ code: 'ERR_TASK_IO', path: missing }),
    );
  });
});
