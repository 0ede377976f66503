import { cgroupDirectories, joinCgroup as join } from '@shimwright/shim-host';
import { ShimClientError } from './errors.ts';

/**
 * Returns the directories of a cgroup, one for each hierarchy that has it: several with cgroup v1, one with v2.
 *
 * @param cgroup the path from the root of the hierarchies, as containerd's `shim_cgroup`.
 * @throws {ShimClientError} `ERR_SHIM_CGROUP` if no hierarchy has it.
 */
export function findCgroup(cgroup: string): readonly string[] {
  const directories = cgroupDirectories(cgroup);
  if (directories.length === 0) {
    throw new ShimClientError('ERR_SHIM_CGROUP', `no cgroup hierarchy has ${cgroup}; make it first`, {
      path: cgroup,
    });
  }
  return directories;
}

/** Moves a process into the cgroup made of these directories. */
export function joinCgroup(directories: readonly string[], pid: number): void {
  for (const directory of directories) {
    try {
      join(directory, pid);
    } catch (cause) {
      throw new ShimClientError('ERR_SHIM_CGROUP', `${directory} does not take process ${pid}`, {
        path: directory,
        cause,
      });
    }
  }
}
