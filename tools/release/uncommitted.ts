import { git } from './git.ts';

/**
 * What a clone of a repository would lack, as `git status` tells it: the changesets, and the other changes to what is
 * published.
 */
export interface Uncommitted {
  readonly changesets: readonly string[];
  readonly sources: readonly string[];
}

/** Looks at the work tree. */
export async function uncommitted(root: string): Promise<Uncommitted> {
  const filesIn = async (directory: string) => {
    // With -z, names stand as they are, and end with a NUL.
    const args = ['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all', '--', directory];
    const entries = (await git(root, ...args)).split('\0').filter((entry) => entry !== '');
    return entries.map((entry) => entry.slice('XY '.length));
  };
  const changesets = (await filesIn('.changeset')).filter((file) => file.endsWith('.md'));
  return { changesets, sources: await filesIn('packages') };
}

/** What is said of it before a snapshot; nothing, if all is committed. */
export function uncommittedWarning({ changesets, sources }: Uncommitted): readonly string[] {
  if (changesets.length + sources.length === 0) return [];
  return [
    'A snapshot is made of what is committed, so these changes are not in it:',
    ...[...changesets, ...sources].map((file) => `  ${file}`),
  ];
}
