import { linkSync, unlinkSync } from 'node:fs';
import { systemCall } from '../library.ts';
import { isSystemError } from '../system-error.ts';

const SYS_RENAMEAT2 = process.arch === 'arm64' ? 276 : 316; // asm/unistd.h of each
const AT_FDCWD = -100;
const RENAME_NOREPLACE = 1;

const renameat2 = systemCall<[number, number, string, number, string, number]>(
  'renameat2',
  'long syscall(long number, int fromDir, const char *from, int toDir, const char *to, unsigned int flags)',
);

/**
 * Renames a file unless the new name is taken. This is one step, so at no time does it have both names or none. If the file
 * system cannot do that, it has both for a moment. See renameat2(2).
 *
 * @returns whether it was renamed.
 */
export function renameNoReplace(from: string, to: string): boolean {
  try {
    renameat2([SYS_RENAMEAT2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE], { path: from, dest: to });
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    if (isSystemError(error, 'EINVAL', 'ENOSYS')) return renameByLink(from, to);
    throw error;
  }
}

function renameByLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  }
  unlinkSync(from);
  return true;
}
