import { closeSync, constants, openSync } from 'node:fs';
import { descriptor, integer } from './argument.ts';
import { systemCall } from './library.ts';

// asm-generic/ioctls.h and asm-generic/termbits.h, which x64 and arm64 share. The kernel's own struct is
// taken rather than the C library's termios, which has changed between versions.
const TCGETS = 0x5401;
const TCSETS = 0x5402;
const TIOCGWINSZ = 0x5413;
const TIOCSWINSZ = 0x5414;
const TIOCSPTLCK = 0x40045431;
const TIOCGPTPEER = 0x5441;
const TERMIOS_SIZE = 36;
const O_CLOEXEC = 0o2000000;
const C_OFLAG = 1; // the second of four 32-bit words
const ONLCR = 0o4;

const ioctl = systemCall<[number, number, NodeJS.ArrayBufferView]>(
  'ioctl',
  'int ioctl(int fd, unsigned long request, void *argument)',
);

const openPeer = systemCall<[number, number, number]>(
  'ioctl',
  'int ioctl(int fd, unsigned long request, unsigned long argument)',
);

/** Both sides of a new terminal; closed on exec, and the caller's to close. */
export interface Terminal {
  /** The side that types and shows. */
  readonly master: number;
  /** The side that a program has as its terminal. */
  readonly slave: number;
}

/**
 * Makes a terminal. It does not become anybody's controlling terminal. See pty(7).
 *
 * @throws a system error of `open` or `ioctl`: `EMFILE`, `ENOSPC` if there are as many as the system allows.
 */
export function openTerminal(): Terminal {
  const mode = constants.O_RDWR | constants.O_NOCTTY;
  const master = openSync('/dev/ptmx', mode);
  try {
    ioctl([master, TIOCSPTLCK, new Int32Array(1)]);
    return { master, slave: openPeer([master, TIOCGPTPEER, mode | O_CLOEXEC]) };
  } catch (error) {
    closeSync(master);
    throw error;
  }
}

/** The size of a terminal, in characters. */
export interface TerminalSize {
  /** Columns, up to 65535. */
  readonly width: number;
  /** Rows, up to 65535. */
  readonly height: number;
}

/**
 * Sets the size of a terminal; `fd` is either side of it. If the size changes, the kernel sends SIGWINCH to the processes
 * in its foreground. See TIOCSWINSZ(2const).
 *
 * @throws a system error of `ioctl`: `ENOTTY` if `fd` is not a terminal, `EIO` if it has hung up.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function resizeTerminal(fd: number, { width, height }: TerminalSize): void {
  const rows = integer('the height', height, 0, 0xffff);
  const columns = integer('the width', width, 0, 0xffff);
  // struct winsize: rows, columns and their pixels, which nobody knows
  ioctl([descriptor(fd), TIOCSWINSZ, Uint16Array.of(rows, columns, 0, 0)]);
}

/**
 * Returns the size of a terminal; `fd` is either side of it. See TIOCGWINSZ(2const).
 *
 * @throws a system error of `ioctl`: `ENOTTY` if `fd` is not a terminal, `EIO` if it has hung up.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function terminalSize(fd: number): TerminalSize {
  const winsize = new Uint16Array(4);
  ioctl([descriptor(fd), TIOCGWINSZ, winsize]);
  const [height = 0, width = 0] = winsize;
  return { width, height };
}

/**
 * Keeps the terminal from turning a written newline into carriage return and newline (stty -onlcr). Its other modes stay.
 * See termios(3).
 *
 * @throws a system error of `ioctl`: `ENOTTY` if `fd` is not a terminal, `EIO` if it has hung up.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function clearOnlcr(fd: number): void {
  const termios = new Uint32Array(TERMIOS_SIZE / 4);
  ioctl([descriptor(fd), TCGETS, termios]);
  termios[C_OFLAG] = (termios[C_OFLAG] ?? 0) & ~ONLCR;
  ioctl([fd, TCSETS, termios]);
}
