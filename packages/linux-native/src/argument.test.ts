import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeFifo } from './files/fifo.ts';
import { mount, unmount, unmountAll } from './mount.ts';
import { peerCredentials } from './peer-credentials.ts';
import { openPidfd, signalPidfd } from './pidfd.ts';
import { receiveDescriptor } from './receive-descriptor.ts';
import { clearOnlcr, resizeTerminal, terminalSize } from './terminal.ts';
import { peek, reap } from './wait.ts';
import { watchReadable } from './watch.ts';

const refused = expect.objectContaining({ name: 'NativeError', code: 'ERR_NATIVE_ARGUMENT' });
const request = { type: 'bind', source: '/a', target: '/b', options: ['bind'] };

describe('before a system call is made', () => {
  test.each([
    ['reap', reap],
    ['peek', peek],
    ['openPidfd', openPidfd],
  ])('%s refuses what is no process id, and above all a group of processes', (_, call) => {
    const notAProcess = fc.oneof(
      fc.integer({ max: 0 }),
      fc.double({ noInteger: true }),
      fc.constant(2 ** 31),
    );
    fc.assert(
      fc.property(notAProcess, (pid) => {
        expect(() => call(pid)).toThrow(refused);
      }),
    );
  });

  test.each([
    ['peerCredentials', peerCredentials],
    ['receiveDescriptor', receiveDescriptor],
    ['terminalSize', terminalSize],
    ['clearOnlcr', clearOnlcr],
    ['signalPidfd', (fd: number) => signalPidfd(fd, 0)],
    ['resizeTerminal', (fd: number) => resizeTerminal(fd, { width: 1, height: 1 })],
    ['watchReadable', (fd: number) => watchReadable(fd, () => {})],
  ])('%s refuses what is no descriptor', (_, call) => {
    for (const fd of [-1, 0.5, Number.NaN, 2 ** 31]) expect(() => call(fd)).toThrow(refused);
  });

  test.each([
    ['makeFifo', makeFifo],
    ['unmount', unmount],
    ['unmountAll', unmountAll],
    ['the target of mount', (target: string) => mount({ ...request, target })],
    ['the source of mount', (source: string) => mount({ ...request, source })],
    ['the type of mount', (type: string) => mount({ ...request, type })],
    ['an option of mount', (option: string) => mount({ ...request, options: [option] })],
  ])('%s is refused with a NUL in it, where the kernel would stop reading', (_, call) => {
    const withNul = fc.tuple(fc.string(), fc.string()).map((halves) => halves.join('\0'));
    fc.assert(
      fc.property(withNul, (path) => {
        expect(() => call(path)).toThrow(refused);
      }),
    );
  });

  test('an empty path is refused', () => {
    expect(() => makeFifo('')).toThrow(refused);
    expect(() => unmount('')).toThrow(refused);
    expect(() => mount({ ...request, target: '' })).toThrow(refused);
  });

  test('a mode, a signal and a size outside of their range are refused', () => {
    expect(() => makeFifo('/tmp/never', 0o10000)).toThrow(refused);
    expect(() => signalPidfd(0, 65)).toThrow(refused);
    expect(() => resizeTerminal(0, { width: 65536, height: 1 })).toThrow(refused);
    expect(() => resizeTerminal(0, { width: 80, height: 1.5 })).toThrow(refused);
  });
});
