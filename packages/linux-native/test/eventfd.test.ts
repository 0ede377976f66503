import { closeSync, writeSync } from 'node:fs';
import { execaNode } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { makeEventfd, takeEvents } from '../src/eventfd.ts';
import { watchReadable } from '../src/watch.ts';
import { descriptorFlags, O_CLOEXEC } from './descriptor-flags.ts';

function eventfd(): number {
  const fd = makeEventfd();
  onTestFinished(() => closeSync(fd));
  return fd;
}

function add(fd: number, events: bigint): void {
  writeSync(fd, Buffer.from(BigUint64Array.of(events).buffer));
}

describe('an eventfd', () => {
  needs('linux');

  test('counts what is written to it until it is asked', () => {
    const fd = eventfd();
    expect(takeEvents(fd)).toBe(0n);
    add(fd, 2n);
    add(fd, 2n ** 60n);
    expect(takeEvents(fd)).toBe(2n ** 60n + 2n);
    expect(takeEvents(fd)).toBe(0n);
  });

  test('is kept from children', () => {
    expect(descriptorFlags(eventfd()) & O_CLOEXEC).toBe(O_CLOEXEC);
  });

  test('calls back for every count, and no more once the watch is closed', async () => {
    const fd = eventfd();
    const counts: bigint[] = [];
    let told: () => void = () => {};
    const watch = watchReadable(fd, () => {
      counts.push(takeEvents(fd));
      told();
    });
    for (const count of [1n, 5n]) {
      const next = new Promise<void>((resolve) => {
        told = resolve;
      });
      add(fd, count);
      await next;
    }
    watch.close();
    add(fd, 9n);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(counts).toEqual([1n, 5n]);
  });

  test('keeps no process alive whose watch was told so', async () => {
    const { exitCode } = await execaNode(`${import.meta.dirname}/fixtures/unref-watch.ts`);
    expect(exitCode).toBe(0);
  });
});
