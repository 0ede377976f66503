import { readChangesets } from './changesets.ts';
import { unannouncedChanges } from './unannounced-changes.ts';

/** What `pnpm release:check` says. */
export interface CheckReport {
  /** All that was found, in one line. */
  readonly summary: string;
  /** A line for each fault, with what to do about it; none, if all is well. */
  readonly faults: readonly string[];
}

/**
 * Checks the changesets of a repository, and that there is one for each package that changed for its users.
 *
 * @param base a commit, from which changes are counted; by default the last release.
 * @throws {ReleaseError} `ERR_RELEASE_BASE` if there is nothing to compare with.
 */
export async function checkReport(root: string, base?: string): Promise<CheckReport> {
  const changesets = await readChangesets(root);
  const wrong = changesets.flatMap(({ file, faults }) => faults.map((fault) => `${file} ${fault}.`));
  // What a changeset with a fault announces is not known.
  const unannounced = wrong.length > 0 ? [] : await unannouncedChanges(root, base);
  const untold = unannounced.flatMap(({ name, changes }) => [
    `${name} would be published with changes that no changeset tells of:`,
    ...changes.map((change) => `  ${change}`),
  ]);
  const advice = 'Run `pnpm changeset`; for a change that is worth no release, write "none" as its kind.';
  const named = new Set(changesets.flatMap(({ releases }) => Object.keys(releases)));
  const found = `${count(changesets.length, 'changeset')} for ${count(named.size, 'package')}`;
  const outcome =
    wrong.length > 0
      ? `${count(wrong.length, 'fault')} in them`
      : untold.length > 0
        ? `${count(unannounced.length, 'package')} changed without one`
        : 'no package changed without one';
  return {
    summary: `release:check: ${found}; ${outcome}.`,
    faults: untold.length > 0 ? [...untold, advice] : wrong,
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
