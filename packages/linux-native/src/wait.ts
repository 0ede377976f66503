import { processId } from './argument.ts';
import { systemCall } from './library.ts';
import { isSystemError } from './system-error.ts';

// bits/waitflags.h
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x01000000;
// Children of every kind: one that was made by clone(2) without SIGCHLD is no less ours.
const WALL = 0x40000000;
const P_ALL = 0;
const P_PID = 1;

// siginfo_t on 64 bits: three ints, four bytes of padding, then the union, which for SIGCHLD begins with
// si_pid, si_uid and si_status.
const SIGINFO_SIZE = 128;
const SI_CODE = 8;
const SI_PID = 16;
const SI_STATUS = 24;
const CLD_EXITED = 1;

const waitpid = systemCall<[number, Int32Array, number]>(
  'waitpid',
  'int waitpid(int pid, void *status, int options)',
);
const waitid = systemCall<[number, number, Buffer, number]>(
  'waitid',
  'int waitid(int idtype, int id, void *info, int options)',
);

/** How a process ended. */
export interface ExitStatus {
  /** Its exit code, or 128 and the signal's number, as the shim reports it. */
  readonly status: number;
  /** The number of the signal that ended it; absent when it exited by itself. */
  readonly signal?: number;
}

/** A process that has ended and waits for its parent to take notice. */
export interface Zombie extends ExitStatus {
  /** Its process id, which nobody else gets before it is reaped. */
  readonly pid: number;
}

const status = new Int32Array(1);
const info = Buffer.alloc(SIGINFO_SIZE);

/**
 * Reaps the child `pid` if it has ended, and returns how it ended, or undefined while it runs. It never blocks.
 *
 * Use it only for children that Node did not start. libuv must reap its own, or their `exit` event never comes. For this
 * reason there is no form for "any child". See waitpid(2).
 *
 * @throws a system error `ECHILD` if `pid` is not a child of this process, or was reaped already.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT` unless `pid` is positive.
 */
export function reap(pid: number): ExitStatus | undefined {
  if (waitpid([processId(pid), status, WNOHANG | WALL]) === 0) return undefined;
  return exitStatus(status[0] ?? 0);
}

/**
 * Tells how the child `pid` ended, without reaping it, or undefined while it runs. It never blocks. See waitid(2).
 *
 * @throws a system error `ECHILD` if `pid` is not a child of this process, or was reaped already.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT` unless `pid` is positive.
 */
export function peek(pid: number): Zombie | undefined {
  return look(P_PID, processId(pid));
}

/**
 * Returns a child that has ended and was not reaped, whoever started it, or undefined if there is none. It does not reap
 * the child, so nothing is taken from libuv. It never blocks. See waitid(2).
 *
 * The kernel reports one child at a time, and the same one until its owner has reaped it.
 */
export function peekAny(): Zombie | undefined {
  try {
    return look(P_ALL, 0);
  } catch (error) {
    if (isSystemError(error, 'ECHILD')) return undefined; // no children at all
    throw error;
  }
}

/**
 * The exit status in a number as waitpid(2) gives it: bits 8 to 15 the exit code, bits 0 to 6 the signal.
 */
export function exitStatus(waitStatus: number): ExitStatus {
  const signal = waitStatus & 0x7f;
  return signal === 0 ? { status: (waitStatus >> 8) & 0xff } : { status: 128 + signal, signal };
}

function look(idType: number, id: number): Zombie | undefined {
  info.writeInt32LE(0, SI_PID); // waitid(2) leaves it to the caller where nothing has ended
  waitid([idType, id, info, WEXITED | WNOHANG | WNOWAIT | WALL]);
  const pid = info.readInt32LE(SI_PID);
  if (pid === 0) return undefined;
  const value = info.readInt32LE(SI_STATUS);
  if (info.readInt32LE(SI_CODE) === CLD_EXITED) return { pid, status: value };
  return { pid, status: 128 + value, signal: value };
}
