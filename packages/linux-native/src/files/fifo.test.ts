import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { tempDir } from '../../../../tools/testing/temp-dir.ts';
import { makeFifo } from './fifo.ts';

describe('makeFifo', () => {
  needs('linux');

  test('makes a pipe that what is written to comes out of, with the mode given', async () => {
    const fifo = path.join(await tempDir(), 'stdout é');
    makeFifo(fifo, 0o640);
    expect(statSync(fifo).isFIFO()).toBe(true);
    expect(statSync(fifo).mode & 0o777).toBe(0o640);

    const both = openSync(fifo, 'r+');
    writeSync(both, 'hello');
    const read = Buffer.alloc(9);
    expect(read.toString('utf8', 0, readSync(both, read))).toBe('hello');
    closeSync(both);
  });

  test('is for its owner alone unless told otherwise', async () => {
    const fifo = path.join(await tempDir(), 'stdin');
    makeFifo(fifo);
    expect(statSync(fifo).mode & 0o777).toBe(0o600);
  });

  test('leaves what is there', async () => {
    const directory = await tempDir({ stdout: 'a log' });
    const file = path.join(directory, 'stdout');
    expect(() => makeFifo(file)).toThrow(
      expect.objectContaining({ code: 'EEXIST', syscall: 'mkfifo', path: file, errno: -17 }),
    );
    expect(statSync(file).isFile()).toBe(true);
  });

  test('says that the directory is missing', () => {
    expect(() => makeFifo('/nowhere/stdout')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});
