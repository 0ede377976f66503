import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { clearOnlcr, openTerminal, resizeTerminal, terminalSize } from '../src/terminal.ts';

/** Both sides of a new terminal, until the test ends. */
function terminal() {
  const { master, slave } = openTerminal();
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
    const { master, slave } = terminal();
    resizeTerminal(master, { width: 133, height: 44 });
    expect(terminalSize(master)).toEqual({ width: 133, height: 44 });
    expect(terminalSize(slave)).toEqual({ width: 133, height: 44 });
    expect(stty(slave, 'size')).toBe('44 133\n');
  });

  test.each([
    { width: 0, height: 0 },
    { width: 65535, height: 65535 },
  ])('may have the size $width x $height', (size) => {
    const { master } = terminal();
    resizeTerminal(master, size);
    expect(terminalSize(master)).toEqual(size);
  });

  test('passes a newline on as it is once ONLCR is cleared, and keeps its other modes', () => {
    const { master, slave } = terminal();
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
