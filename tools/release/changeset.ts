import { execa } from 'execa';
import { ROOT } from '../packed/workspace-packages.ts';
import type { NpmSettings } from './registry.ts';

/** How to run Changesets somewhere. */
export interface ChangesetOptions {
  /** The repository to work on. */
  readonly root: string;
  /** Settings for it, and for the pnpm that it runs. */
  readonly env?: NpmSettings;
}

/** How a run of it ended, and all that it said. */
export interface ChangesetRun {
  readonly failed: boolean;
  readonly output: string;
}

/** Runs the `changeset` of this repository on another, or on itself. */
export async function changeset(
  { root, env }: ChangesetOptions,
  ...args: readonly string[]
): Promise<ChangesetRun> {
  const { failed, all } = await execa('changeset', args, {
    cwd: root,
    preferLocal: true,
    localDir: ROOT,
    reject: false,
    stdin: 'ignore',
    all: true,
    // Without these it draws a progress bar, a frame a line.
    env: { CI: 'true', NO_COLOR: '1', NODE_OPTIONS: '', ...env },
  });
  return { failed, output: all };
}
