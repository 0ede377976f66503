import { readFileSync, writeFileSync } from 'node:fs';
import { ShimClientError } from './errors.ts';

const HIGHEST = 1000; // see proc(5)

/**
 * Lets the kernel end the shim a little sooner than this process when memory runs out: its
 * `oom_score_adj` becomes ours + 1. So containerd does it.
 *
 * @throws {ShimClientError} `ERR_SHIM_SPAWN` when the system does not allow it.
 */
export function raiseOomScore(pid: number): void {
  const path = `/proc/${pid}/oom_score_adj`;
  try {
    const own = Number(readFileSync('/proc/self/oom_score_adj', 'utf8'));
    writeFileSync(path, String(Math.min(own + 1, HIGHEST)));
  } catch (cause) {
    throw new ShimClientError(
      'ERR_SHIM_SPAWN',
      `the oom_score_adj of the shim, process ${pid}, cannot be set`,
      {
        path,
        cause,
      },
    );
  }
}
