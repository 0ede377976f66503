import { systemCall } from './library.ts';

// linux/prctl.h
const PR_SET_CHILD_SUBREAPER = 36;
const PR_GET_CHILD_SUBREAPER = 37;

const prctlSet = systemCall<[number, number, number, number, number]>(
  'prctl',
  'int prctl(int option, unsigned long value, unsigned long, unsigned long, unsigned long)',
);
const prctlGet = systemCall<[number, Int32Array, number, number, number]>(
  'prctl',
  'int prctl(int option, void *value, unsigned long, unsigned long, unsigned long)',
);

/**
 * Makes this process the new parent of descendants whose parent has ended, or stops that. It applies to the whole process
 * with all its threads, and children do not inherit it. A program that turns it on must also reap these processes. See
 * PR_SET_CHILD_SUBREAPER(2const).
 *
 * @throws {NativeError} `ERR_NATIVE_PLATFORM`, `ERR_NATIVE_LIBRARY`.
 */
export function setSubreaper(on: boolean): void {
  prctlSet([PR_SET_CHILD_SUBREAPER, on ? 1 : 0, 0, 0, 0]);
}

/** Whether this process is a subreaper. See PR_GET_CHILD_SUBREAPER(2const). */
export function isSubreaper(): boolean {
  const value = new Int32Array(1);
  prctlGet([PR_GET_CHILD_SUBREAPER, value, 0, 0, 0]);
  return value[0] === 1;
}
