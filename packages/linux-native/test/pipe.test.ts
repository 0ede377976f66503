import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { growPipe, makePipe, type PipeOptions } from '../src/pipe.ts';
import { descriptorFlags, O_CLOEXEC } from './descriptor-flags.ts';

function pipe(options?: PipeOptions): [number, number] {
  const ends = makePipe(options);
  onTestFinished(() => ends.forEach((end) => void closeSync(end)));
  return ends;
}

describe('makePipe', () => {
  needs('linux');

  test('gives an end to read and one to write', () => {
    const [readEnd, writeEnd] = pipe();
    writeSync(writeEnd, 'hello');
    const read = Buffer.alloc(9);
    expect(read.toString('utf8', 0, readSync(readEnd, read))).toBe('hello');
  });

  test('keeps both ends from children that are not given them', () => {
    for (const end of pipe()) expect(descriptorFlags(end) & O_CLOEXEC).toBe(O_CLOEXEC);
  });

  test('is one that a child can open again by name, unlike the sockets Node makes', () => {
    const [readEnd, writeEnd] = pipe();
    execFileSync('sh', ['-c', 'echo hello > /dev/stdout'], { stdio: ['ignore', writeEnd, 'inherit'] });
    const read = Buffer.alloc(9);
    expect(read.toString('utf8', 0, readSync(readEnd, read))).toBe('hello\n');
  });

  test('waits for nothing when it is told so', () => {
    const [readEnd] = pipe({ nonBlocking: true });
    expect(descriptorFlags(readEnd) & constants.O_NONBLOCK).toBe(constants.O_NONBLOCK);
    expect(() => readSync(readEnd, Buffer.alloc(1))).toThrow('EAGAIN');
  });
});

describe('growPipe', () => {
  needs('linux');

  test('gives a pipe more room, and never less', () => {
    const [, writeEnd] = pipe({ nonBlocking: true });
    expect(growPipe(writeEnd, 1)).toBe(65_536);
    expect(growPipe(writeEnd, 100_000)).toBe(131_072);
    expect(growPipe(writeEnd, 5_000)).toBe(131_072);
    expect(writeSync(writeEnd, Buffer.alloc(200_000))).toBe(131_072);
  });

  test('refuses what is no pipe, and no number of bytes', () => {
    const [readEnd] = pipe();
    for (const bytes of [0, -1, 0.5, Number.NaN])
      expect(() => growPipe(readEnd, bytes)).toThrow(
        expect.objectContaining({ code: 'ERR_NATIVE_ARGUMENT' }),
      );
    const file = openSync('/dev/null', 'r');
    onTestFinished(() => closeSync(file));
    expect(() => growPipe(file, 1)).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });
});
