import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { tempDir } from './temp-dir.ts';

/** A program in place of criu, found first on the PATH until the test ends. */
export interface StandInCriu {
  /** What it was asked to do so far, in criu's words: `VERSION`, `DUMP`, … */
  asked(): Promise<string[]>;
}

/**
 * Puts a program named `criu` on the PATH of this test, and of what it starts. It speaks criu's protocol with the
 * runtime, gives a version, and fails whatever else it is asked for, with an errno and a log: so what is passed on, and
 * how a failure is told, can be seen on any kernel.
 */
export async function standInCriu(): Promise<StandInCriu> {
  const directory = await tempDir({ asked: '' });
  const program = path.join(directory, 'criu');
  const fixture = path.join(import.meta.dirname, 'stand-in-criu-program.mjs');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${fixture}' '${directory}/asked' "$@"\n`);
  await chmod(program, 0o755);
  vi.stubEnv('PATH', `${directory}:${process.env['PATH']}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return {
    asked: async () => (await readFile(path.join(directory, 'asked'), 'utf8')).split('\n').filter(Boolean),
  };
}
