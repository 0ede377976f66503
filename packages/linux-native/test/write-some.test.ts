import { execFileSync } from 'node:child_process';
import { closeSync, readSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { duplicateDescriptor, setNonBlocking } from '../src/descriptor-flags.ts';
import { makePipe } from '../src/pipe.ts';
import { openTerminal } from '../src/terminal.ts';
import { watchWritable } from '../src/watch.ts';
import { writeSome } from '../src/write-some.ts';

/** Writes all of it, and waits in the event loop whenever nothing more is taken. */
async function writeAll(fd: number, data: Buffer): Promise<void> {
  for (let written = 0; written < data.length; ) {
    const count = writeSome(fd, data.subarray(written));
    written += count;
    if (count === 0) await writable(fd);
  }
}

async function writable(fd: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = watchWritable(fd, resolve);
  await promise;
  watch.close();
}

function rawTerminal() {
  const { master, slave } = openTerminal();
  onTestFinished(() => [master, slave].forEach((fd) => void closeSync(fd)));
  execFileSync('stty', ['raw', '-echo'], { stdio: [slave, 'ignore', 'inherit'] });
  setNonBlocking(master, true);
  return { master, slave };
}

describe('a write that does not wait', () => {
  needs('linux');

  test('takes of a long paste into a terminal what fits, and nothing more until somebody reads', () => {
    const { master, slave } = rawTerminal();
    const paste = Buffer.alloc(1_000_000, 'x');
    let taken = 0;
    for (let count = writeSome(master, paste); count > 0; count = writeSome(master, paste)) taken += count;
    expect(taken).toBeGreaterThan(1000);
    expect(taken).toBeLessThan(paste.length);
    expect(readSync(slave, Buffer.alloc(4096))).toBeGreaterThan(0);
  });

  test('goes on when the program on the terminal reads, until all of it is there in its order', async () => {
    const { master, slave } = rawTerminal();
    setNonBlocking(slave, true);
    const paste = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
    // Node reads the master by a stream of its own; the writes have a descriptor for themselves.
    const own = duplicateDescriptor(master);
    onTestFinished(() => closeSync(own));
    const written = writeAll(own, paste);
    const chunks: Buffer[] = [];
    for (let length = 0; length < paste.length; ) {
      const chunk = Buffer.alloc(4096);
      try {
        const count = readSync(slave, chunk);
        chunks.push(chunk.subarray(0, count));
        length += count;
      } catch {
        await new Promise(setImmediate); // nothing there yet
      }
    }
    await written;
    expect(Buffer.concat(chunks).equals(paste)).toBe(true);
  });

  test('into a pipe that nobody reads any more is told at once, and by the watch too', async () => {
    const [readEnd, writeEnd] = makePipe({ nonBlocking: true });
    onTestFinished(() => closeSync(writeEnd));
    const data = Buffer.alloc(65536);
    while (writeSome(writeEnd, data) > 0);
    const told = writable(writeEnd);
    closeSync(readEnd);
    await told;
    expect(() => writeSome(writeEnd, data)).toThrow(expect.objectContaining({ code: 'EPIPE' }));
  });
});
