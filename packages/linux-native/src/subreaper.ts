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
 * Makes this process the one that descendants are re-parented to when their parent is gone, or ends that.
 *
 * It holds for the whole process with its threads, is not inherited by children, and outlasts nothing: a
 * program that takes it on must also reap what comes to it. See PR_SET_CHILD_SUBREAPER(2const).
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
