import { closeSync, constants, existsSync, openSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { atomicDelete } from '@shimwright/fs-atomic';
import { type GroupFiles, groupFiles, groupFilesIn, groupsDirectory } from './group.ts';
import { GroupLock } from './group-lock.ts';
import { isStartNoted, runningServer } from './group-server-record.ts';

/** Whose groups are meant. */
export interface StaleGroupOptions {
  /** The namespace of the daemon's containers. */
  readonly namespace: string;
  /** The address of the daemon. */
  readonly daemonAddress: string;
}

/** What a process of task v2 that is gone, and its keeper too, have left. */
export interface StaleGroup {
  /** Its directory. */
  readonly directory: string;
  /** Removes it. @returns false where somebody uses it by now. */
  remove(): Promise<boolean>;
}

/**
 * The groups of a daemon's namespace that nobody serves, and of which nobody has to be told anything: those that have no container
 * and no event that was not taken.
 */
export function staleGroups({ namespace, daemonAddress }: StaleGroupOptions): StaleGroup[] {
  const shared = groupFiles({ namespace, daemonAddress, id: '' });
  const suffix = `@${daemonAddress.replaceAll('/', '%')}`;
  return namesIn(groupsDirectory())
    .filter(
      (name) =>
        (name.startsWith(`${namespace}@`) && name.endsWith(suffix)) ||
        name === path.basename(shared.directory),
    )
    .map((name) => groupFilesIn(path.join(groupsDirectory(), name)))
    .filter((files) => existsSync(files.starts) && isStale(files))
    .map((files) => ({ directory: files.directory, remove: () => remove(files) }));
}

function isStale(files: GroupFiles): boolean {
  return (
    !runningServer(files) &&
    !hasReader(files.alive) &&
    !isStartNoted(files) &&
    [files.events, `${files.containers}.d`].every((directory) => namesIn(directory).length === 0)
  );
}

/** Whether a keeper waits for the death of a server. */
function hasReader(fifo: string): boolean {
  try {
    closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false; // ENXIO, or it is gone
  }
}

async function remove(files: GroupFiles): Promise<boolean> {
  const lock = GroupLock.tryTake(files.lock);
  if (!lock) return false;
  if (!existsSync(files.directory) || !isStale(files)) {
    lock[Symbol.dispose]();
    return false;
  }
  await atomicDelete(files.directory);
  lock.remove();
  return true;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // there is none
  }
}
