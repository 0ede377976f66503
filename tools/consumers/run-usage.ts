import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';

/** How a program that runs a usage example ended, and what the example said. */
export interface UsageOutcome {
  readonly said: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** Runs Node with these arguments in a new directory, as somebody without our settings would. */
export async function runUsage(folder: string, cwd: string, file: string): Promise<UsageOutcome> {
  await mkdir(cwd, { recursive: true });
  const { stderr, exitCode } = await execa(process.execPath, [file], {
    cwd,
    reject: false,
    env: { NODE_OPTIONS: '', SAID: cwd },
  });
  return { said: await saidBy(folder, cwd), stderr, exitCode };
}

/** What the example of a package said, when it ran with `directory` as `SAID` in its environment. */
export async function saidBy(folder: string, directory: string): Promise<string> {
  return readFile(path.join(directory, `${folder}.said`), 'utf8').catch(() => '');
}
