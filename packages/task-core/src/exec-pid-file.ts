import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { isShortage, type ProcessIdentity, processStat } from '@shimwright/linux-native';

/** Clock ticks in a second, as the kernel tells them to programs on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** How much later than the file a process may seem to have started: both are rounded. */
const ROUNDING_MS = 1_000;

/** Where the OCI runtime writes which process an exec has made, until that is noted; undefined without a bundle. */
export function execPidFile(bundle: string, execId: string): string | undefined {
  if (!existsSync(bundle)) return undefined;
  const key = createHash('sha256').update(execId).digest('hex').slice(0, 16);
  return path.join(bundle, `exec-${key}.pid`);
}

/** Removes the file, which says nothing any more. */
export function removePidFile(file: string | undefined): void {
  if (file === undefined) return;
  try {
    unlinkSync(file); // `rmSync` takes ten times as long
  } catch {
    // It is gone, or goes with the bundle.
  }
}

/**
 * The process that an exec has made whose shim was killed before it could note that; undefined where it has made none. Of one that is
 * gone, the start time is empty: who made it again would run the same program twice. The runtime must have ended.
 *
 * @throws a system error such as `EMFILE` where that cannot be said just now.
 */
export function findExecProcess(bundle: string, execId: string): ProcessIdentity | undefined {
  try {
    const file = execPidFile(bundle, execId);
    if (file === undefined) return undefined;
    const pid = Number(readFileSync(file, 'utf8'));
    const { mtimeMs } = statSync(file);
    if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
    const startTime = processStat(pid)?.startTime;
    if (startTime === undefined) return { pid, startTime: '' };
    const startedMs = bootTimeMs() + (Number(startTime) / TICKS_PER_SECOND) * 1e3;
    // One that began after the file was written has only got the same id.
    return { pid, startTime: startedMs <= mtimeMs + ROUNDING_MS ? startTime : '' };
  } catch (error) {
    if (isShortage(error)) throw error; // to say that there is none would have it made twice
    return undefined;
  }
}

function bootTimeMs(): number {
  const [, seconds] = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1')) ?? [];
  return Number(seconds) * 1e3;
}
