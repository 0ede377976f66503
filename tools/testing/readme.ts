import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** What the usage example of a README printed, and how it ended. */
export interface UsageRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** The first `js` block below the heading `## Usage`. */
export function usageOf(readme: string): string {
  const usage = readme.split(/^## /m).find((section) => section.startsWith('Usage\n'));
  const code = usage && /^```js\n(.*?)^```/ms.exec(usage)?.[1];
  if (!code) throw new Error('the README has no js block below "## Usage"');
  return code;
}

/** What the README tells its reader to install. */
export function installedBy(readme: string): string[] {
  const [, names = ''] = /^npm install (?:--global )?(@.+)$/m.exec(readme) ?? [];
  return names.split(' ');
}

/**
 * Runs a README's usage example as it stands, on the sources. The file is put beside the README, so that
 * the package's own name and those of its dependencies resolve as they do for its users.
 *
 * @param options.cwd the directory to run in, by default the README's own.
 */
export async function runReadmeUsage(
  readme: URL,
  options: { readonly cwd?: string } = {},
): Promise<UsageRun> {
  const packageDir = path.dirname(fileURLToPath(readme));
  const program = path.join(packageDir, `.usage-${process.pid}-${Date.now()}.mjs`);
  await writeFile(program, usageOf(await readFile(readme, 'utf8')), { flag: 'wx' });
  try {
    const run = await execa(process.execPath, ['--conditions=@shimwright/source', program], {
      cwd: options.cwd ?? packageDir,
      reject: false,
    });
    return { stdout: run.stdout, stderr: run.stderr, exitCode: run.exitCode };
  } finally {
    await rm(program);
  }
}
