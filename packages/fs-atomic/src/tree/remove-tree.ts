import { hasCode } from '../errors.ts';
import * as disk from '../file-system.ts';
import { withSlot } from '../slot.ts';
import type { Steps } from '../steps.ts';
import { removeByDescriptor } from './remove-by-descriptor.ts';
import { removeByPath } from './remove-by-path.ts';
import { removed } from './remove-entries.ts';

// A tree that somebody else still fills, or moves about, has as many tries to be empty.
const MAX_TRIES = 100;

/**
 * Removes a file, or a directory with all it holds, however deep or wide that is: in time linear in its entries, with
 * few descriptors, and without recursion.
 *
 * Somebody may change the tree meanwhile: what is gone already is no error, and no directory that has become a
 * link or a mount point is emptied. On Linux each directory is worked on through a descriptor, so that not
 * even a swap between two system calls leads out of the tree.
 *
 * @param signal an abort leaves the rest.
 * @throws the system's own error, `EBUSY` for the first mount point met; what was removed before stays so.
 */
export function* removeTree(target: string, signal?: AbortSignal): Steps<void> {
  const stats = yield* disk.lstat(target);
  if (!stats) return;
  if (stats.isDirectory()) yield* withSlot(removeDirectory(target, stats.size, signal));
  else yield* removed(disk.unlink(target), () => target);
}

/** Removes a directory; what is none any more is unlinked. */
function* removeDirectory(target: string, bytes: number, signal?: AbortSignal): Steps<void> {
  for (let tries = 1; ; tries += 1) {
    yield* emptied(target, bytes, signal);
    try {
      yield* removed(disk.rmdir(target), () => target);
      return;
    } catch (error) {
      if (hasCode(error, 'ENOTDIR')) return yield* removed(disk.unlink(target), () => target);
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST') || tries === MAX_TRIES) throw error;
    }
  }
}

function* emptied(target: string, bytes: number, signal: AbortSignal | undefined): Steps<void> {
  const byDescriptor = process.platform === 'linux' && (yield* removeByDescriptor(target, bytes, signal));
  if (!byDescriptor) yield* removeByPath(target, signal);
}
