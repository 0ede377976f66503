import { readFileSync, writeFileSync } from 'node:fs';

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
    const own = new Set(cgroupsOf('self'));
    for (const cgroup of cgroupsOf(String(keeper))) if (!own.has(cgroup)) join(cgroup);
  } catch {
    // It is gone, or this process may not: it serves all the same.
  }
}

/** Lines of cgroup(7): `ID:CONTROLLER,…:PATH`. */
function cgroupsOf(pid: string): string[] {
  return readFileSync(`/proc/${pid}/cgroup`, 'latin1').split('\n').filter(Boolean);
}

function join(cgroup: string): void {
  const [, controllers = '', directory = ''] = /^\d+:([^:]*):(.*)$/.exec(cgroup) ?? [];
  const mounts = readFileSync('/proc/self/mountinfo', 'latin1').split('\n');
  const isIts = (line: string) => {
    const [, type = '', options = ''] = / - (cgroup2?) \S+ (\S+)$/.exec(line) ?? [];
    if (controllers === '') return type === 'cgroup2';
    return (
      type === 'cgroup' && options.split(',').includes(controllers.replace('name=', '').split(',')[0] ?? '')
    );
  };
  const [, , , , target] = mounts.find(isIts)?.split(' ') ?? [];
  if (target !== undefined) writeFileSync(`${target}${directory}/cgroup.procs`, String(process.pid));
}
