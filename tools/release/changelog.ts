// Loaded by `changeset version`, see .changeset/config.json. The generator of Changesets that links asks GitHub, which
// takes a token and a network; all that it would say is in the repository.
import { execFileSync } from 'node:child_process';

interface Changeset {
  readonly summary: string;
  readonly commit?: string;
}

interface Options {
  /** The page of the repository, without a slash at its end. */
  readonly repository: string;
}

/** An entry: what changed, behind links to the pull request and the commit that brought it. */
export function getReleaseLine(changeset: Changeset, _type: string, options: Options): string {
  const [first = '', ...rest] = changeset.summary.split('\n').map((line) => line.trimEnd());
  const links = linksOf(changeset, options);
  const head = `- ${links === '' ? '' : `${links}: `}${first}`;
  return [head, ...rest.map((line) => (line === '' ? '' : `  ${line}`))].join('\n');
}

/** The entry of a package that is released because its dependencies were, with links to what changed in them. */
export function getDependencyReleaseLine(
  changesets: readonly Changeset[],
  dependencies: readonly { readonly name: string; readonly newVersion: string }[],
  options: Options,
): string {
  if (dependencies.length === 0) return '';
  const links = [...new Set(changesets.map((changeset) => linksOf(changeset, options)))].filter(
    (link) => link !== '',
  );
  const head = `- Updated dependencies${links.length === 0 ? '' : ` (${links.join(', ')})`}`;
  return [head, ...dependencies.map(({ name, newVersion }) => `  - ${name}@${newVersion}`)].join('\n');
}

function linksOf({ commit }: Changeset, { repository }: Options): string {
  if (commit === undefined) return '';
  const commitLink = `[\`${commit.slice(0, 7)}\`](${repository}/commit/${commit})`;
  const pull = pullRequestOf(commit);
  return pull === undefined ? commitLink : `[#${pull}](${repository}/pull/${pull}) ${commitLink}`;
}

/** The number that GitHub puts at the end of the subject when it squashes, and at its beginning when it merges. */
function pullRequestOf(commit: string): string | undefined {
  const subject = execFileSync('git', ['log', '-1', '--format=%s', commit], { encoding: 'utf8' });
  const [, squashed, merged] = /\(#(\d+)\)$|^Merge pull request #(\d+) /.exec(subject.trim()) ?? [];
  return squashed ?? merged;
}
