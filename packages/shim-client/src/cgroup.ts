import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ShimClientError } from './errors.ts';

/**
 * Returns the directories of a cgroup, one for each hierarchy that has it: several with cgroup v1, one with v2.
 *
 * @param cgroup the path from the root of the hierarchies, as containerd's `shim_cgroup`.
 * @throws {ShimClientError} `ERR_SHIM_CGROUP` if no hierarchy has it.
 */
export function findCgroup(cgroup: string): readonly string[] {
  const roots = cgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  const directories = roots
    .map((root) => path.join(root, path.join('/', cgroup)))
    .filter((directory) => existsSync(path.join(directory, 'cgroup.procs')));
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
      writeFileSync(path.join(directory, 'cgroup.procs'), String(pid));
    } catch (cause) {
      throw new ShimClientError('ERR_SHIM_CGROUP', `${directory} does not take process ${pid}`, {
        path: directory,
        cause,
      });
    }
  }
}

/** The mount points of all cgroup hierarchies; the line format is in proc(5), `/proc/PID/mountinfo`. */
function cgroupMounts(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [mount = '', filesystem = ''] = line.split(' - ');
    const point = mount.split(' ')[4];
    return /^cgroup2? /.test(filesystem) && point !== undefined ? [point] : [];
  });
}
