import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { mountsWithin } from '@shimwright/fs-atomic';
import { unmountAll } from '@shimwright/linux-native';
import { hasCode } from './errors.ts';

/** The mounts of this process's mount namespace that are below some directories. */
export class Mounts {
  readonly #byDirectory = new Map<string, string[]>();

  /** Looks at all mounts once. @param roots the parents of the directories that can be asked for. */
  static async below(...roots: readonly string[]): Promise<Mounts> {
    const mounts = new Mounts();
    for (const root of roots) await mounts.#read(root);
    return mounts;
  }

  /** The places at a directory and below it where something is mounted, in the order that was made. */
  at(directory: string): readonly string[] {
    return this.#byDirectory.get(directory) ?? [];
  }

  async #read(root: string): Promise<void> {
    const real = await realpath(root).catch(() => root); // one that is not there has no mounts
    for (const mount of await mountsWithin(real)) {
      if (mount === real) continue; // the root itself may well be one
      const [name = ''] = mount.slice(real.length + 1).split('/');
      const directory = path.join(root, name);
      this.#byDirectory.set(directory, [...this.at(directory), mount]);
    }
  }
}

/** Undoes mounts, each before those it is below. What is still in use is at least out of the way. */
export function unmount(mounts: readonly string[]): void {
  for (const mount of mounts.toReversed()) {
    try {
      unmountAll(mount);
    } catch (error) {
      if (!hasCode(error, 'EBUSY')) throw error;
      unmountAll(mount, { detach: true });
    }
  }
}
