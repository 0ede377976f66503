import { existsSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Bundle } from '@shimwright/bundle-core';
import { RecoverError } from './errors.ts';

// A root that is given wrongly, such as a home or a project, is full of directories whose names would do for ids. So
// nothing is deleted that does not look like what is made here.

const PRIVATE_MODES: readonly number[] = [0o700, 0o711]; // ours, and containerd's
const WORK_FILES = /^(?:shim\.(?:std(?:out|err)\.)?log|(?:dump|restore)\.log|stats-(?:dump|restore))$/;

/** Whether a directory holds what every bundle does from the moment it appears. */
function isBundle(directory: string): boolean {
  const config = lstatSync(path.join(directory, 'config.json'), { throwIfNoEntry: false });
  const rootfs = lstatSync(path.join(directory, 'rootfs'), { throwIfNoEntry: false });
  return config?.isFile() === true && rootfs?.isDirectory() === true;
}

/** @throws {RecoverError} `ERR_RECOVER_FOREIGN` unless both directories of a bundle, if there, are such as are made here. */
export function requireBundle({ path: bundlePath, workDir }: Bundle): void {
  if (!isBundle(bundlePath) && existsSync(bundlePath))
    throw foreign(bundlePath, 'holds no config.json and rootfs, and so is no bundle');
  if (!isPrivate(workDir) && existsSync(workDir)) {
    throw foreign(workDir, 'is no directory of this user that is closed to others, and so no work directory');
  }
}

/** Whether a directory can be nothing else than what a shim left: closed to others, and empty but for its logs. */
export function isWorkDirectory(directory: string): boolean {
  return isPrivate(directory) && readdirSync(directory).every((name) => WORK_FILES.test(name));
}

// What runc and crun keep of a container, and, while they make it, a part of that.
const STATE_FILES = /^(?:state(?:\.json|-.*)|exec\.fifo|status|config\.json|notify|seccomp\.sock)$/;

/** Whether a directory can be nothing else than what an OCI runtime keeps of a container. */
export function isContainerState(directory: string): boolean {
  return isPrivate(directory) && readdirSync(directory).every((name) => STATE_FILES.test(name));
}

/** @throws {RecoverError} `ERR_RECOVER_FOREIGN` unless a directory is the state of a container: runc deletes whatever it is. */
export function requireContainerState(directory: string): void {
  if (!isContainerState(directory))
    throw foreign(directory, 'is not what an OCI runtime keeps of a container');
}

function isPrivate(directory: string): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  if (!found) return false;
  return (
    found.isDirectory() && found.uid === process.geteuid?.() && PRIVATE_MODES.includes(found.mode & 0o7777)
  );
}

function foreign(directory: string, problem: string): RecoverError {
  return new RecoverError('ERR_RECOVER_FOREIGN', `${directory} ${problem}; it is not touched`);
}
