import path from 'node:path';
import { execa } from 'execa';
import { changeset } from './changeset.ts';
import { git } from './git.ts';
import { pnpmEnvironment } from './pnpm-environment.ts';

/** Clones a repository as it was last committed, with what it needs to build itself. */
export async function scratchClone(source: string, directory: string): Promise<void> {
  await execa('git', ['clone', '--quiet', source, directory]);
  await git(directory, 'config', 'user.name', 'Shimwright');
  await git(directory, 'config', 'user.email', 'shimwright@localhost');
  // No script of a dependency is needed to build and publish.
  const args = ['install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts'];
  await execa('pnpm', args, { cwd: directory, env: { ...(await pnpmEnvironment()) } });
}

/** Builds a clone, as `pnpm build` does. */
export async function buildClone(root: string): Promise<void> {
  await execa(process.execPath, [path.join(root, 'tools/build.ts')], {
    cwd: root,
    env: { NODE_OPTIONS: '' },
  });
}

/** Gives the packages of a clone the versions that its changesets ask for, and commits that. */
export async function versionClone(root: string): Promise<void> {
  const { failed, output } = await changeset({ root }, 'version');
  if (failed) throw new Error(output);
  await commitClone(root, 'release: versions');
}

export async function commitClone(root: string, subject: string): Promise<void> {
  await git(root, 'add', '--all');
  await git(root, 'commit', '--quiet', '--message', subject);
}
