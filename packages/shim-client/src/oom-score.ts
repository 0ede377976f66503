import { readFileSync, writeFileSync } from 'node:fs';

const HIGHEST = 1000; // see proc(5)

/**
 * Lets the kernel end the shim a little sooner than this process when memory runs out: its
 * `oom_score_adj` becomes ours + 1. So containerd does it.
 */
export function raiseOomScore(pid: number): void {
  const own = Number(readFileSync('/proc/self/oom_score_adj', 'utf8'));
  writeFileSync(`/proc/${pid}/oom_score_adj`, String(Math.min(own + 1, HIGHEST)));
}
