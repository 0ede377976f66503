import { execFileSync } from 'node:child_process';
import { closeSync, constants, readSync, writeSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { makePipe, type PipeOptions } from '../src/pipe.ts';
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
