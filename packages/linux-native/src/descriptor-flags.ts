import { closeSync, constants, readdirSync, readFileSync } from 'node:fs';
import { descriptor, integer } from './argument.ts';
import { fcntl } from './fcntl.ts';
import { isSystemError } from './system-error.ts';

// fcntl.h and asm-generic/fcntl.h, which x64 and arm64 share
const F_GETFD = 1;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const F_DUPFD_CLOEXEC = 1030;
const FD_CLOEXEC = 1;
const O_CLOEXEC = 0o2000000;

const FIRST_BEYOND_STANDARD = 3;

/**
 * Sets whether reads and writes of a descriptor, and of all its duplicates in any process, fail with `EAGAIN` instead of
 * waiting. See O_NONBLOCK in fcntl(2).
 *
 * @throws a system error of `fcntl`: `EBADF`. @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function setNonBlocking(fd: number, on: boolean): void {
  const flags = fcntl([descriptor(fd), F_GETFL, 0]);
  fcntl([fd, F_SETFL, on ? flags | constants.O_NONBLOCK : flags & ~constants.O_NONBLOCK]);
}

/**
 * Sets whether a descriptor is closed in programs that this process starts. See FD_CLOEXEC in fcntl(2).
 *
 * @throws a system error of `fcntl`: `EBADF`. @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function setCloseOnExec(fd: number, on: boolean): void {
  const flags = fcntl([descriptor(fd), F_GETFD, 0]);
  fcntl([fd, F_SETFD, on ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC]);
}

/**
 * Returns another descriptor of the same open file. It is closed on exec, and you must close it.
 *
 * @throws a system error of `fcntl`: `EBADF`, `EMFILE`. @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function duplicateDescriptor(fd: number): number {
  return fcntl([descriptor(fd), F_DUPFD_CLOEXEC, FIRST_BEYOND_STANDARD]);
}

/**
 * Whether this process may open as many files besides those up to `fd`, by its limit of open files (RLIMIT_NOFILE). The kernel gives
 * the lowest number that is free, so a descriptor that was opened just now tells how many there are.
 *
 * @throws a system error of `fcntl`: `EBADF`. @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function hasSpareDescriptors(fd: number, count: number): boolean {
  try {
    closeSync(fcntl([descriptor(fd), F_DUPFD_CLOEXEC, fd + integer('the number of descriptors', count, 1)]));
    return true;
  } catch (error) {
    if (isSystemError(error, 'EINVAL', 'EMFILE')) return false;
    throw error;
  }
}

/**
 * Returns the descriptors above 2 that every program started by this process inherits: those that this process's own
 * starter left open, such as the lock of `flock(1)`. Node marks everything that it opens itself as closed on exec. Without
 * `/proc` the result is empty.
 *
 * @throws a system error `EMFILE` where this process has no descriptor left to look.
 */
export function inheritableDescriptors(): number[] {
  return openDescriptors().filter((fd) => fd >= FIRST_BEYOND_STANDARD && isInheritable(fd));
}

function openDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number);
  } catch (error) {
    // Not to be taken for none.
    if (isSystemError(error, 'EMFILE', 'ENFILE', 'ENOMEM')) throw error;
    return [];
  }
}

function isInheritable(fd: number): boolean {
  try {
    const [, flags = ''] = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return (Number.parseInt(flags, 8) & O_CLOEXEC) === 0;
  } catch {
    return false; // the one that the directory was read by
  }
}
