import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A hierarchy of cgroups that is mounted here, see proc_pid_mountinfo(5). */
interface Hierarchy {
  /** The cgroup that is mounted; `/` for all of it. */
  readonly root: string;
  readonly target: string;
  /** Its controllers and its name, as `/proc/PID/cgroup` has them; undefined for version 2. */
  readonly controllers: ReadonlySet<string> | undefined;
}

/** The directories that a cgroup has, one in each hierarchy that knows it: several with cgroup v1, one with v2. */
export function cgroupDirectories(cgroup: string): readonly string[] {
  return hierarchies()
    .map(({ target }) => path.join(target, path.join('/', cgroup)))
    .filter((directory) => existsSync(path.join(directory, 'cgroup.procs')));
}

/** The directories of the cgroups that a process is in, as far as they are mounted here. @throws a system error when it is gone. */
export function cgroupDirectoriesOf(pid: number): readonly string[] {
  const all = hierarchies();
  return readFileSync(`/proc/${pid}/cgroup`, 'latin1')
    .split('\n')
    .flatMap((line) => directoryIn(all, line));
}

/** Moves a process into the cgroup with this directory. @throws a system error. */
export function joinCgroup(directory: string, pid: number): void {
  writeFileSync(path.join(directory, 'cgroup.procs'), String(pid));
}

/** @param line of cgroups(7): `ID:CONTROLLER,…:PATH`. */
function directoryIn(all: readonly Hierarchy[], line: string): string[] {
  const [, names, cgroup] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
  if (names === undefined || cgroup === undefined) return [];
  for (const { root, target, controllers } of all) {
    const isIts = names === '' ? !controllers : names.split(',').every((name) => controllers?.has(name));
    const below = path.relative(root, cgroup);
    if (isIts && below !== '..' && !below.startsWith('../')) return [path.join(target, below)];
  }
  return [];
}

function hierarchies(): Hierarchy[] {
  return readFileSync('/proc/self/mountinfo', 'utf8').split('\n').flatMap(hierarchyIn);
}

function hierarchyIn(line: string): Hierarchy[] {
  const [mount = '', filesystem = ''] = line.split(' - ');
  const [, , , root = '', target = ''] = mount.split(' ');
  const [type, , options = ''] = filesystem.split(' ');
  if (type !== 'cgroup' && type !== 'cgroup2') return [];
  const controllers = type === 'cgroup' ? new Set(options.split(',')) : undefined;
  return [{ root: unescaped(root), target: unescaped(target), controllers }];
}

/** A blank and the like are octal there. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
