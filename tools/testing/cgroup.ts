import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A cgroup of a process, in whichever hierarchy has the controller on this machine. */
export interface Cgroup {
  /** Of cgroups. */
  readonly version: 1 | 2;
  /** Its directory. */
  readonly directory: string;
}

/** A file of a cgroup, by its name in each version. */
export type CgroupFile = Readonly<Record<1 | 2, string>>;

export const MEMORY_LIMIT: CgroupFile = { 1: 'memory.limit_in_bytes', 2: 'memory.max' };
export const PIDS_LIMIT: CgroupFile = { 1: 'pids.max', 2: 'pids.max' };

/** The cgroup of a process that has the controller; see cgroups(7). */
export function cgroupOf(pid: number, controller: string): Cgroup {
  const memberships = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const find = (isMeant: (controllers: string) => boolean) =>
    memberships.find((line) => isMeant(line.split(':')[1] ?? '-'))?.replace(/^[^:]*:[^:]*:/, '');
  const v1 = find((controllers) => controllers.split(',').includes(controller));
  if (v1 !== undefined) return { version: 1, directory: path.join(mounted(1, controller), v1) };
  return { version: 2, directory: path.join(mounted(2, controller), find((each) => each === '') ?? '') };
}

/** What a file of the cgroup says, without the end of the line. */
export function readCgroup({ version, directory }: Cgroup, file: CgroupFile): string {
  return readFileSync(path.join(directory, file[version]), 'utf8').trim();
}

/** Whether systemd makes the cgroups of this machine, as systemd(1) lets programs find out. */
export function hasSystemd(): boolean {
  try {
    return readFileSync('/proc/1/comm', 'utf8').trim() === 'systemd';
  } catch {
    return false;
  }
}

function mounted(version: 1 | 2, controller: string): string {
  const type = version === 1 ? new RegExp(` - cgroup \\S+ (\\S+,)?${controller}(,|$)`) : / - cgroup2 /;
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .find((each) => type.test(each));
  if (line === undefined) throw new Error(`no hierarchy of cgroups here has ${controller}`);
  return line.split(' ')[4] ?? '';
}
