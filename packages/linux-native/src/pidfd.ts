import { descriptor, integer, processId } from './argument.ts';
import { systemCall } from './library.ts';
import { isSystemError } from './system-error.ts';
import { type ExitStatus, exitStatus } from './wait.ts';

// asm-generic/unistd.h; from 424 on, numbers are the same on every architecture. Not every C library that
// Node runs on has these as functions.
const SYS_PIDFD_SEND_SIGNAL = 424;
const SYS_PIDFD_OPEN = 434;
const MAX_SIGNAL = 64;

// linux/pidfd.h: struct pidfd_info begins with mask and cgroupid of 8 bytes, then eleven ids and the exit
// status, each of 4. The request names that first version's size, 64, and later kernels still take it.
const PIDFD_GET_INFO = 0xc040ff0b;
const PIDFD_INFO_EXIT = 8n;
const INFO_SIZE = 64;
const INFO_EXIT_CODE = 60;

const pidfdOpen = systemCall<[number, number, number]>(
  'pidfd_open',
  'long syscall(long number, int pid, unsigned int flags)',
);
const pidfdSendSignal = systemCall<[number, number, number, null, number]>(
  'pidfd_send_signal',
  'long syscall(long number, int pidfd, int signal, void *info, unsigned int flags)',
);
const ioctl = systemCall<[number, number, Buffer]>(
  'ioctl',
  'int ioctl(int fd, unsigned long request, void *argument)',
);

/**
 * Returns a descriptor that refers to exactly this process, even if another process gets its id later. It is closed on
 * exec, and you must close it. It becomes readable when the process ends. See pidfd_open(2).
 *
 * @throws a system error of `pidfd_open`: `ESRCH` if there is no such process, `ENOSYS` before Linux 5.3.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function openPidfd(pid: number): number {
  return pidfdOpen([SYS_PIDFD_OPEN, processId(pid), 0]);
}

/**
 * Sends a signal to the process of a pidfd. See pidfd_send_signal(2).
 *
 * @param signal its number; 0 only asks whether the process is there.
 * @throws a system error of `pidfd_send_signal`: `ESRCH` when the process has been reaped, `EPERM`.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function signalPidfd(fd: number, signal: number): void {
  const number = integer('the signal', signal, 0, MAX_SIGNAL);
  pidfdSendSignal([SYS_PIDFD_SEND_SIGNAL, descriptor(fd), number, null, 0]);
}

/**
 * Tells how the process of a pidfd ended, whoever its parent was. It returns undefined before the process was reaped, and
 * if the kernel does not tell: before Linux 6.15, or if the pidfd was opened too late. See PIDFD_GET_INFO in
 * linux/pidfd.h.
 *
 * @throws a system error of `ioctl`: `EBADF`.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function exitOfPidfd(fd: number): ExitStatus | undefined {
  const info = Buffer.alloc(INFO_SIZE);
  info.writeBigUInt64LE(PIDFD_INFO_EXIT);
  try {
    ioctl([descriptor(fd), PIDFD_GET_INFO, info]);
  } catch (error) {
    if (isSystemError(error, 'ESRCH', 'ENOTTY', 'EINVAL')) return undefined;
    throw error;
  }
  const isKnown = (info.readBigUInt64LE() & PIDFD_INFO_EXIT) !== 0n;
  return isKnown ? exitStatus(info.readInt32LE(INFO_EXIT_CODE)) : undefined;
}
