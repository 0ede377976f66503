import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { hasCode, ShimClientError } from './errors.ts';

/** What a shim process is given. */
export interface DetachedOptions {
  readonly cwd: string;
  /** Its descriptors: for stdout, for stderr, and the socket that it is to listen on, as number 3. */
  readonly descriptors: readonly [number, number, number];
}

/**
 * Starts a program in a session of its own, which outlives this process.
 *
 * @throws {ShimClientError} `ERR_SHIM_NOT_FOUND` when it is none, `ERR_SHIM_SPAWN` when the system has no process for it.
 */
export async function spawnDetached(
  command: string,
  args: readonly string[],
  { cwd, descriptors }: DetachedOptions,
): Promise<ChildProcess> {
  try {
    const child = spawn(command, args, {
      cwd,
      detached: true,
      stdio: ['ignore', ...descriptors],
      env: { ...process.env, GOMAXPROCS: '2' }, // as containerd does: a shim has little to do at a time
    });
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    return child;
  } catch (cause) {
    // The C library and Node tell of a missing directory, too, as if the program were missing.
    const code =
      hasCode(cause, 'ENOENT') || hasCode(cause, 'EACCES') ? 'ERR_SHIM_NOT_FOUND' : 'ERR_SHIM_SPAWN';
    throw new ShimClientError(code, `cannot start the shim ${command}`, { path: command, cause });
  }
}
