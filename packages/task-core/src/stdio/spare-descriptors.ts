import { closeSync, openSync } from 'node:fs';
import { TaskError } from '../errors.ts';

/** More than all that is open at a time while a process is made, and its runtime runs. */
const NEEDED = 32;

/**
 * Looks whether this process has descriptors left to make another one: half-way it could neither go on nor take back what it made.
 *
 * @throws {TaskError} `ERR_TASK_DESCRIPTORS`.
 */
export function requireSpareDescriptors(id: string): void {
  const taken: number[] = [];
  try {
    while (taken.length < NEEDED) taken.push(openSync('/', 'r'));
  } catch (cause) {
    const message = 'too many open files: the shim needs a higher limit of file descriptors (RLIMIT_NOFILE)';
    throw new TaskError('ERR_TASK_DESCRIPTORS', message, { id, cause });
  } finally {
    for (const descriptor of taken) closeSync(descriptor);
  }
}
