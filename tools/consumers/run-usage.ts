import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';

/** How a program that runs a usage example ended, and what the example said. */
export interface UsageOutcome {
  readonly said: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** Runs Node with these arguments, as somebody without our settings would. */
export async function runUsage(cwd: string, ...args: readonly string[]): Promise<UsageOutcome> {
  const directory = await mkdtemp(path.join(tmpdir(), 'shimwright-said-'));
  const file = path.join(directory, 'said');
  try {
    const { stderr, exitCode } = await execa(process.execPath, args, {
      cwd,
      reject: false,
      env: { NODE_OPTIONS: '', SAID: file },
    });
    return { said: await readFile(file, 'utf8').catch(() => ''), stderr, exitCode };
  } finally {
    await rm(directory, { recursive: true });
  }
}
