import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import {
  duplicateDescriptor,
  hasSpareDescriptors,
  inheritableDescriptors,
  setCloseOnExec,
  setNonBlocking,
} from '../src/descriptor-flags.ts';
import { makePipe } from '../src/pipe.ts';
import { descriptorFlags, O_CLOEXEC } from './descriptor-flags.ts';

describe('a descriptor', () => {
  needs('linux');

  test('can be made to wait no longer, and to wait again', () => {
    const [readEnd, writeEnd] = makePipe();
    onTestFinished(() => [readEnd, writeEnd].forEach((fd) => void closeSync(fd)));
    setNonBlocking(readEnd, true);
    expect(() => readSync(readEnd, Buffer.alloc(1))).toThrow('EAGAIN');
    setNonBlocking(readEnd, false);
    expect(descriptorFlags(readEnd) & constants.O_NONBLOCK).toBe(0);
  });

  test('is inherited by programs only where it was told so', () => {
    const fd = openSync('/dev/null', 'r');
    onTestFinished(() => closeSync(fd));
    expect(inheritableDescriptors()).not.toContain(fd);
    setCloseOnExec(fd, false);
    expect(inheritableDescriptors()).toContain(fd);
    setCloseOnExec(fd, true);
    expect(inheritableDescriptors()).not.toContain(fd);
  });

  test('can be had twice, and each is closed on its own', () => {
    const fd = openSync('/dev/zero', 'r');
    const twin = duplicateDescriptor(fd);
    onTestFinished(() => closeSync(twin));
    closeSync(fd);
    expect(twin).toBeGreaterThan(2);
    expect(descriptorFlags(twin) & O_CLOEXEC).toBe(O_CLOEXEC);
    expect(readSync(twin, Buffer.alloc(9))).toBe(9);
  });

  test('tells whether there may be many more', () => {
    const [, most] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    const fd = openSync('/dev/zero', 'r');
    onTestFinished(() => closeSync(fd));
    expect(hasSpareDescriptors(fd, 1)).toBe(true);
    expect(hasSpareDescriptors(fd, Number(most) - fd)).toBe(false);
    expect(() => hasSpareDescriptors(fd, 0)).toThrow(
      expect.objectContaining({ code: 'ERR_NATIVE_ARGUMENT' }),
    );
  });

  test('that is not open has neither', () => {
    const notOpen = expect.objectContaining({ code: 'EBADF', syscall: 'fcntl' });
    expect(() => setNonBlocking(9999, true)).toThrow(notOpen);
    expect(() => setCloseOnExec(9999, true)).toThrow(notOpen);
    expect(() => duplicateDescriptor(9999)).toThrow(notOpen);
  });
});
