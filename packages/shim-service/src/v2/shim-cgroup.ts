import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Moves a process into a cgroup, in all hierarchies that have it.
 *
 * @param cgroup its path from their roots, as `ShimCgroup` of containerd's configuration.
 * @throws {Error} where no hierarchy has it; a system error where it does not take the process.
 */
export function joinCgroup(cgroup: string, pid: number): void {
  const members = rootsIn(readFileSync('/proc/self/mountinfo', 'utf8'))
    .map((root) => path.join(root, path.join('/', cgroup), 'cgroup.procs'))
    .filter((file) => existsSync(file));
  if (members.length === 0) throw new Error(`failed to load cgroup ${cgroup}: no hierarchy has it`);
  for (const file of members) writeFileSync(file, String(pid));
}

/** Where hierarchies are mounted; the format of a line is in proc_pid_mountinfo(5). */
function rootsIn(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [mount = '', filesystem = ''] = line.split(' - ');
    const point = mount.split(' ')[4];
    return /^cgroup2? /.test(filesystem) && point !== undefined ? [point] : [];
  });
}
