import type { Cgroups } from './cgroups.ts';
import { CgroupMetricsError } from './errors.ts';
import { codeOf, readText } from './files.ts';
import { locate } from './locate.ts';
import { parseMounts } from './parse-mounts.ts';

const MAX_PID = 2 ** 22;

const MOUNTINFO = '/proc/self/mountinfo';

/**
 * Where the cgroups of a process are. Ask while it lives, and keep the answer: its metrics can be read for as long as the
 * cgroups exist, which runtimes remove when the container is deleted.
 *
 * @throws {CgroupMetricsError} `ERR_METRICS_ARGUMENT` for what is no process id, `ERR_METRICS_GONE` when there is no such
 * process, `ERR_METRICS_PLATFORM` where its cgroups cannot be seen, `ERR_METRICS_UNREADABLE` where /proc cannot be read.
 */
export async function cgroupsOf(pid: number): Promise<Cgroups> {
  if (!(Number.isSafeInteger(pid) && pid >= 1 && pid <= MAX_PID)) {
    throw new CgroupMetricsError('ERR_METRICS_ARGUMENT', `${String(pid)} is no process id`);
  }
  // Our own mounts, since those of the process may be hidden from us, and its paths are as we see them.
  const mountinfo = await readText(MOUNTINFO).catch((cause: unknown) => {
    throw isMissing(cause)
      ? new CgroupMetricsError('ERR_METRICS_PLATFORM', 'there is no /proc that tells of cgroups', { cause })
      : new CgroupMetricsError('ERR_METRICS_UNREADABLE', `${MOUNTINFO} cannot be read`, {
          path: MOUNTINFO,
          cause,
        });
  });
  const procCgroup = await readText(`/proc/${pid}/cgroup`).catch((cause: unknown) => {
    throw isMissing(cause) && !isRunning(pid)
      ? new CgroupMetricsError('ERR_METRICS_GONE', `there is no process ${pid}`, { pid, cause })
      : new CgroupMetricsError('ERR_METRICS_UNREADABLE', `the cgroups of process ${pid} cannot be read`, {
          pid,
          cause,
        });
  });
  const cgroups = locate(procCgroup, parseMounts(mountinfo));
  if (cgroups) return cgroups;
  throw new CgroupMetricsError('ERR_METRICS_PLATFORM', `no cgroup of process ${pid} is mounted here`, {
    pid,
  });
}

/** ESRCH: the process ended between the opening and the reading. */
function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ESRCH'].includes(codeOf(error));
}

/** Whether there is such a process, which /proc may hide (`hidepid`). */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
