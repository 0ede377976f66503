import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { inheritableDescriptors, setCloseOnExec } from '@shimwright/linux-native';
import { cleanEnvironment, SMALL_MEMORY } from '@shimwright/shim-host';
import { hasCode, ShimClientError } from './errors.ts';

// As containerd does: a shim has little to do at a time.
const FEW_THREADS = { GOMAXPROCS: '2' };

/** What a shim process is given. */
export interface DetachedOptions {
  readonly cwd: string;
  /** Its descriptors: for stdout, for stderr, and the socket that it is to listen on, as number 3. */
  readonly descriptors: readonly [number, number, number];
}

/**
 * Starts a program in a session of its own, which outlives this process. It has the given descriptors and no others, of
 * the environment what `cleanEnvironment` leaves, what keeps it small, and default signals.
 *
 * @throws {ShimClientError} `ERR_SHIM_NOT_FOUND` when it is none, `ERR_SHIM_SPAWN` when the system has no process for it.
 */
export async function spawnDetached(
  command: string,
  args: readonly string[],
  { cwd, descriptors }: DetachedOptions,
): Promise<ChildProcess> {
  try {
    const child = withoutStrangers(() =>
      spawn(command, args, {
        cwd,
        detached: true,
        stdio: ['ignore', ...descriptors],
        env: { ...cleanEnvironment(), ...SMALL_MEMORY, ...FEW_THREADS },
      }),
    );
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    return child;
  } catch (cause) {
    // The C library and Node tell of a missing directory, too, as if the program were missing.
    const code =
      hasCode(cause, 'ENOENT') || hasCode(cause, 'EACCES') ? 'ERR_SHIM_NOT_FOUND' : 'ERR_SHIM_SPAWN';
    throw new ShimClientError(code, `cannot start the shim ${command}`, { path: command, cause });
  }
}

/**
 * Does something in one turn while nothing that this process's own starter left open is inherited: a shim would hold it, such
 * as the lock of flock(1), for as long as its containers live. Those that this program starts itself may well rely on it.
 */
function withoutStrangers<Result>(work: () => Result): Result {
  const strangers = inheritableDescriptors();
  for (const fd of strangers) setCloseOnExec(fd, true);
  try {
    return work();
  } finally {
    for (const fd of strangers) setCloseOnExec(fd, false);
  }
}
