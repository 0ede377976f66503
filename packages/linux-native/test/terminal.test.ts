import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { systemCall } from '../src/library.ts';
import { clearOnlcr, resizeTerminal, terminalSize } from '../src/terminal.ts';

// asm-generic/ioctls.h
const TIOCSPTLCK = 0x40045431;
const TIOCGPTPEER = 0x5441;

const unlock = systemCall<[number, number, Int32Array]>(
  'ioctl',
  'int ioctl(int fd, unsigned long request, void *argument)',
);
const openPeer = systemCall<[number, number, number]>(
  'ioctl',
  'int ioctl(int fd, unsigned long request, unsigned long argument)',
);

/** Both sides of a new terminal, as a runtime makes one. */
function openTerminal() {
  const master = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
  unlock([master, TIOCSPTLCK, new Int32Array(1)]);
  const slave = openPeer([master, TIOCGPTPEER, constants.O_RDWR | constants.O_NOCTTY]);
  onTestFinished(() => [master, slave].forEach((fd) => void closeSync(fd)));
  return { master, slave };
}

function stty(slave: number, argument: string): string {
  return execFileSync('stty', [argument], { stdio: [slave, 'pipe', 'inherit'], encoding: 'utf8' });
}

function arrived(fd: number): string {
  const read = Buffer.alloc(99);
  return read.toString('utf8', 0, readSync(fd, read));
}

describe('a terminal', () => {
  needs('linux');

  test('has the size that was set, seen from either side and by a program on it', () => {
    const { master, slave } = openTerminal();
    resizeTerminal(master, { width: 133, height: 44 });
    expect(terminalSize(master)).toEqual({ width: 133, height: 44 });
    expect(terminalSize(slave)).toEqual({ width: 133, height: 44 });
    expect(stty(slave, 'size')).toBe('44 133\n');
  });

  test.each([
    { width: 0, height: 0 },
    { width: 65535, height: 65535 },
  ])('may have the size $width x $height', (size) => {
    const { master } = openTerminal();
    resizeTerminal(master, size);
    expect(terminalSize(master)).toEqual(size);
  });

  test('passes a newline on as it is once ONLCR is cleared, and keeps its other modes', () => {
    const { master, slave } = openTerminal();
    const modes = () => stty(slave, '--all');
    writeSync(slave, 'before\n');
    expect(arrived(master)).toBe('before\r\n');

    const before = modes();
    clearOnlcr(master);
    writeSync(slave, 'after\n');
    expect(arrived(master)).toBe('after\n');
    expect(modes()).toBe(before.replace(' onlcr', ' -onlcr'));

    clearOnlcr(master); // once more changes nothing
    expect(modes()).toBe(before.replace(' onlcr', ' -onlcr'));
  });

  test('is what a file is not', () => {
    const file = openSync('/dev/null', 'r+');
    onTestFinished(() => closeSync(file));
    const notATerminal = expect.objectContaining({ code: 'ENOTTY', syscall: 'ioctl' });
    expect(() => resizeTerminal(file, { width: 80, height: 24 })).toThrow(notATerminal);
    expect(() => terminalSize(file)).toThrow(notATerminal);
    expect(() => clearOnlcr(file)).toThrow(notATerminal);
  });
});
