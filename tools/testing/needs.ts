import { execFileSync } from 'node:child_process';
import { beforeEach } from 'vitest';

/** What a machine may lack. A command is looked up on the PATH. */
export type Requirement = 'linux' | 'root' | `command ${string}`;

/**
 * Declares what every test of the enclosing `describe` (or file) needs. Where it is missing, they are
 * skipped with the reason shown; under `CI=true` they fail, so that a green run proves all of them ran.
 */
export function needs(...requirements: readonly Requirement[]): void {
  const missing = requirements.filter((requirement) => !isMet(requirement));
  if (missing.length === 0) return;
  const reason = `needs ${missing.join(', ')}`;
  beforeEach((context) => {
    if (process.env['CI'] === 'true') throw new Error(`${reason}, and CI=true allows no skipping`);
    context.skip(reason);
  });
}

/** What a test of one kind of shim needs besides: containerd has a shim of runtime v1 up to 1.7 only. */
export function needsOf(kind: string): readonly Requirement[] {
  return kind === 'stock' ? ['command containerd-shim'] : [];
}

function isMet(requirement: Requirement): boolean {
  if (requirement === 'linux') return process.platform === 'linux';
  if (requirement === 'root') return process.getuid?.() === 0;
  try {
    execFileSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', requirement.slice('command '.length)]);
    return true;
  } catch {
    return false;
  }
}
