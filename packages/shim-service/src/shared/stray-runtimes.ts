import { readdirSync, readFileSync } from 'node:fs';
import { processStat } from '@shimwright/shim-host';
import { watchForeign } from '@shimwright/task-core';

/**
 * Resolves when no OCI runtime is at work any more that a killed shim left behind while it made the container of a
 * bundle: what it makes must be there before it can be undone. One that hangs is ended.
 */
export async function endStrayRuntimes(bundlePath: string): Promise<void> {
  const strays = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name) && Number(name) !== process.pid)
    .filter(
      (pid) => argumentsOf(pid).includes(bundlePath) || argumentsOf(pid).includes(`--bundle=${bundlePath}`),
    )
    .map((pid) => watchForeign(Number(pid), processStat(Number(pid))?.startTime ?? ''));
  for (const stray of strays) {
    if (!stray) continue;
    const timer = setTimeout(() => stray.signal(SIGKILL), PATIENCE_MS);
    await stray.ended;
    clearTimeout(timer);
  }
}

const PATIENCE_MS = 5_000;
const SIGKILL = 9;

/** The arguments of a process, where it is an OCI runtime that makes a container. */
function argumentsOf(pid: string): readonly string[] {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return args.includes('create') || args.includes('restore') ? args : [];
  } catch {
    return []; // gone
  }
}
