import { readFileSync, writeFileSync } from 'node:fs';
import { cgroupDirectoriesOf, joinCgroup } from '@shimwright/shim-host';

/**
 * Goes where the keeper is: whoever started both knows of one process, and puts that into a cgroup and sets its `oom_score_adj` when
 * this one is there already.
 */
export function joinKeeper(keeper: number): void {
  try {
    const score = readFileSync(`/proc/${keeper}/oom_score_adj`, 'latin1');
    if (score !== readFileSync('/proc/self/oom_score_adj', 'latin1')) {
      writeFileSync('/proc/self/oom_score_adj', score);
    }
    if (cgroupsOf(keeper) === cgroupsOf(process.pid)) return;
    const own = new Set(cgroupDirectoriesOf(process.pid));
    for (const each of cgroupDirectoriesOf(keeper)) if (!own.has(each)) joinCgroup(each, process.pid);
  } catch {
    // It is gone, or this process may not: it serves all the same.
  }
}

const cgroupsOf = (pid: number) => readFileSync(`/proc/${pid}/cgroup`, 'latin1');
