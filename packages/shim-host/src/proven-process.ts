import { closeSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import {
  identify,
  isRunning,
  isSystemError,
  openPidfd,
  type ProcessIdentity,
  signalPidfd,
} from '@shimwright/linux-native';
import { isTrustedUser } from './trusted-peer.ts';

const DELETED = ' (deleted)';

/**
 * Returns the process `pid` if it works in a directory and belongs to this user or root, otherwise undefined. A shim works
 * in its bundle, and a process that serves many works in its registry. A process that only claims to be a shim, or got an
 * old process id, does not.
 */
export function workerIn(directory: string, pid: number): ProcessIdentity | undefined {
  const identity = identify(pid);
  if (identity === undefined || !isTrustedProcess(pid)) return undefined;
  return worksIn(directory, pid) && isRunning(identity) ? identity : undefined;
}

/** Whether a process is of this user or root. */
export function isTrustedProcess(pid: number): boolean {
  try {
    return isTrustedUser(statSync(`/proc/${pid}`).uid);
  } catch {
    return false; // gone
  }
}

/** The directory that a process works in, or worked in before it was deleted; undefined where nobody may know. */
export function workingDirectory(pid: number): string | undefined {
  try {
    const directory = readlinkSync(`/proc/${pid}/cwd`);
    return directory.endsWith(DELETED) ? directory.slice(0, -DELETED.length) : directory;
  } catch {
    return undefined; // gone, or none of ours to look at
  }
}

function worksIn(directory: string, pid: number): boolean {
  const found = workingDirectory(pid);
  return found !== undefined && [directory, realPath(directory)].some((name) => isCalled(found, name));
}

/** Whether a directory has a name, or had it before it was hidden to be deleted, see `atomicDelete` of fs-atomic. */
function isCalled(found: string, name: string): boolean {
  if (found === name) return true;
  const hidden = path.join(path.dirname(name), `.${path.basename(name)}.delete~`);
  return found.startsWith(hidden);
}

function realPath(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
}

/**
 * Sends a signal to that very process and to no later one of its id, by a pidfd.
 *
 * @returns whether it was sent; false when the process is gone.
 * @throws a system error of `pidfd_send_signal`: `EPERM`.
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  let pidfd: number;
  try {
    pidfd = openPidfd(identity.pid);
  } catch (error) {
    if (isSystemError(error, 'ESRCH')) return false;
    throw error;
  }
  try {
    // With the descriptor open, its id is nobody else's: if this is the process now, it stays so.
    if (!isRunning(identity)) return false;
    signalPidfd(pidfd, constants.signals[signal]);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ESRCH')) return false;
    throw error;
  } finally {
    closeSync(pidfd);
  }
}
