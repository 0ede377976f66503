import path from 'node:path';
import type { Cgroups } from './cgroups.ts';
import type { CgroupMount } from './parse-mounts.ts';

// The controllers of version 1 that count something.
const COUNTING: readonly string[] = ['blkio', 'cpu', 'cpuacct', 'hugetlb', 'memory', 'pids', 'rdma'];

/**
 * The directories of the cgroups that the text of a /proc/PID/cgroup names, see cgroups(7). Version 1 is taken where any
 * controller that counts is mounted in it, as containerd does: on a hybrid system the hierarchy of version 2 has none.
 *
 * @returns undefined where none of them can be seen from here.
 */
export function locate(procCgroup: string, mounts: readonly CgroupMount[]): Cgroups | undefined {
  const paths: Record<string, string> = {};
  let unified: string | undefined;
  for (const line of procCgroup.split('\n')) {
    const [, names, cgroup] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (names === undefined || cgroup === undefined) continue;
    if (names === '') unified = seen(cgroup, mounts, ({ version }) => version === 2);
    for (const name of names.split(',').filter((one) => COUNTING.includes(one))) {
      const directory = seen(
        cgroup,
        mounts,
        ({ version, options }) => version === 1 && options.includes(name),
      );
      if (directory !== undefined) paths[name] = directory;
    }
  }
  if (Object.keys(paths).length > 0) return { version: 1, paths };
  return unified === undefined ? undefined : { version: 2, path: unified };
}

/** Where a cgroup is below the first mount that shows it. */
function seen(
  cgroup: string,
  mounts: readonly CgroupMount[],
  isOfIt: (mount: CgroupMount) => boolean,
): string | undefined {
  // One that begins with `/..` is outside of the namespace that we see.
  if (cgroup === '/..' || cgroup.startsWith('/../')) return undefined;
  for (const { root, target } of mounts.filter(isOfIt)) {
    const relative = path.posix.relative(root, cgroup);
    if (relative !== '..' && !relative.startsWith('../')) return path.posix.join(target, relative);
  }
  return undefined;
}
