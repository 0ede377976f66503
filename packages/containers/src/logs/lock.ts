import { closeSync, constants, openSync } from 'node:fs';
import { tryFlock } from '@shimwright/linux-native';
import { codeOf } from '../errors.ts';

/** A lock on a file, which ends with this process at the latest. */
export interface Lock extends Disposable {
  release(): void;
}

/**
 * Locks a file; undefined where somebody else has the lock. It never waits.
 *
 * @param create whether the file is made where it is missing; else that counts as taken.
 */
export function tryLock(file: string, create: boolean): Lock | undefined {
  const fd = open(file, constants.O_RDWR | constants.O_NOFOLLOW | (create ? constants.O_CREAT : 0));
  if (fd === undefined) return undefined;
  if (!isLocked(fd)) return undefined;
  let isHeld = true;
  const release = () => {
    if (isHeld) closeSync(fd);
    isHeld = false;
  };
  return { release, [Symbol.dispose]: release };
}

/** A descriptor that could not be locked is closed. */
function isLocked(fd: number): boolean {
  let locked = false;
  try {
    locked = tryFlock(fd);
    return locked;
  } finally {
    if (!locked) closeSync(fd);
  }
}

function open(file: string, flags: number): number | undefined {
  try {
    return openSync(file, flags, 0o600);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
