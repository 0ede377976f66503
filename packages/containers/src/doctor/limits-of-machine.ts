import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { isRoot } from '../place.ts';
import type { DoctorFinding } from './finding.ts';

/** Who runs this, and what that user can do. */
export function userFinding(): DoctorFinding {
  const base = { name: 'user', required: false };
  if (isRoot()) return { ...base, ok: true, found: 'root, who can do everything', advice: undefined };
  const name = nameOfUser();
  const hasIds = ['/etc/subuid', '/etc/subgid'].every((file) =>
    read(file)
      .split('\n')
      .some((line) => line.startsWith(`${name}:`)),
  );
  const found = `${name}, not root: roots are copied, limits need a cgroup of your own, and there is no copying in or out`;
  if (hasIds) return { ...base, ok: true, found, advice: undefined };
  const advice =
    'For users besides your own in containers: apt-get install uidmap, and usermod --add-subuids as root';
  return { ...base, ok: false, found: `${found}; no subordinate ids`, advice };
}

/** Whether containers can be limited. */
export function cgroupsFinding(): DoctorFinding {
  const base = { name: 'cgroups', required: false };
  const mounts = read('/proc/self/mountinfo')
    .split('\n')
    .map((line) => line.split(' - ')[1] ?? '');
  const v1 = mounts.filter((mount) => /^cgroup /.test(mount));
  const controllers = ['memory', 'cpu', 'pids'];
  if (v1.length > 0) {
    const missing = controllers.filter((name) => !v1.some((mount) => mount.split(/[ ,]/).includes(name)));
    const hybrid = mounts.some((mount) => /^cgroup2 /.test(mount))
      ? ', with an empty version 2 beside it'
      : '';
    return withMissing({ ...base, found: `version 1${hybrid}` }, missing);
  }
  const available = read('/sys/fs/cgroup/cgroup.controllers').split(/\s+/);
  if (!mounts.some((mount) => /^cgroup2 /.test(mount))) {
    return { ...base, ok: false, found: 'none is mounted', advice: 'mount -t cgroup2 none /sys/fs/cgroup' };
  }
  if (isRoot())
    return withMissing(
      { ...base, found: 'version 2' },
      controllers.filter((name) => !available.includes(name)),
    );
  const advice = 'Run your program with limits by: systemd-run --user --scope -p Delegate=yes';
  return { ...base, ok: false, found: 'version 2, not yours to make limits in', advice };
}

function withMissing(
  finding: Omit<DoctorFinding, 'ok' | 'advice'>,
  missing: readonly string[],
): DoctorFinding {
  if (missing.length === 0) return { ...finding, ok: true, advice: undefined };
  const found = `${finding.found}, without ${missing.join(', ')}`;
  return {
    ...finding,
    ok: false,
    found,
    advice: "Switch the controllers on with the kernel's command line, such as cgroup_enable=memory",
  };
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.geteuid?.()); // a user without an entry
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
