import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { OciRuntime } from '@shimwright/oci-runtime';
import { isTrustedProcess, processStat, runsProgram, workerIn } from '@shimwright/shim-host';
import { watchForeign } from '@shimwright/task-core';

const PATIENCE_MS = 5_000;
const SIGKILL = 9;

/**
 * Resolves when no OCI runtime is at work any more that a killed shim left behind while it made something of a bundle: what
 * it makes must be there before it can be undone or gone on with. One that hangs is ended.
 * They are not noted when they are started: a note could be there only after the process, so that this look would be needed all the same.
 *
 * @param command the runtime that it was told to make the container with.
 * @param calls what they were asked to do.
 */
export async function endStrayRuntimes(
  bundlePath: string,
  command: string,
  calls: readonly string[],
): Promise<void> {
  const program = await programOf(command);
  if (program === undefined) return; // then none is at work
  const strays = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid && isStray(pid, bundlePath, program, calls))
    .map((pid) => watchForeign(pid, processStat(pid)?.startTime ?? ''));
  for (const stray of strays) {
    if (!stray) continue;
    const timer = setTimeout(() => stray.signal(SIGKILL), PATIENCE_MS);
    await stray.ended;
    clearTimeout(timer);
  }
}

/**
 * Whether a process is an OCI runtime at work for a bundle: of this user or root, the program itself, and in the bundle, where
 * it was started. What it was told is asked only to tell what makes a container from the rest.
 */
function isStray(pid: number, bundlePath: string, program: string, calls: readonly string[]): boolean {
  const args = argumentsOf(pid);
  if (!calls.some((call) => args.includes(call))) return false;
  if (!isTrustedProcess(pid) || !runsProgram(pid, program, args)) return false;
  // One that an earlier version has started works in the root directory.
  return (
    workerIn(bundlePath, pid) !== undefined || args.some((arg) => arg.replace('--bundle=', '') === bundlePath)
  );
}

function argumentsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // gone
  }
}

async function programOf(command: string): Promise<string | undefined> {
  try {
    const { command: program } = await new OciRuntime({ command: command || undefined }).chosen();
    return realpathSync(program);
  } catch {
    return undefined;
  }
}
