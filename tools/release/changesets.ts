import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { type WorkspacePackage, workspacePackages } from './workspace.ts';

/** The kinds of release that a changeset can ask for; `none` says that a change is worth no release. */
const KINDS: readonly unknown[] = ['major', 'minor', 'patch', 'none'];

/** A changeset that waits for a version, as it stands in the work tree. */
export interface PendingChangeset {
  /** Its path in the repository. */
  readonly file: string;
  /** The packages that it names, and what it says of each. */
  readonly releases: Readonly<Record<string, unknown>>;
  /** What is wrong with it, in words; empty, if nothing is. */
  readonly faults: readonly string[];
}

/** All changesets that wait in a repository, committed or not, in the order of their names. */
export async function readChangesets(root: string): Promise<readonly PendingChangeset[]> {
  const packages = await workspacePackages(root);
  const names = (await readdir(path.join(root, '.changeset'))).filter(isChangeset).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const file = `.changeset/${name}`;
      return { file, ...read(await readFile(path.join(root, file), 'utf8'), packages) };
    }),
  );
}

/** Whether a file of the directory is a changeset; a README there is none. */
export function isChangeset(name: string): boolean {
  return name.endsWith('.md') && name.toLowerCase() !== 'readme.md';
}

function read(text: string, packages: readonly WorkspacePackage[]): Omit<PendingChangeset, 'file'> {
  const [, head, summary = ''] = /^---\r?\n(.*?)^---[ \t]*(?:\r?\n|$)(.*)/ms.exec(text) ?? [];
  if (head === undefined)
    return { releases: {}, faults: ['does not begin with a head between two lines "---"'] };
  let releases: unknown;
  try {
    releases = parse(head) ?? {};
  } catch (error) {
    const [reason = ''] = `${error instanceof Error ? error.message : error}`.split('\n');
    return { releases: {}, faults: [`has a head that is no YAML: ${reason}`] };
  }
  if (!isRecord(releases)) return { releases: {}, faults: ['has a head that lists no packages'] };
  return { releases, faults: faultsOf(releases, summary, packages) };
}

function faultsOf(
  releases: Readonly<Record<string, unknown>>,
  summary: string,
  packages: readonly WorkspacePackage[],
): string[] {
  const known = packages.map(({ manifest }) => manifest.name);
  const faults = Object.entries(releases).flatMap(([name, kind]) => [
    ...(known.includes(name) ? [] : [`names ${name}, which is no package that this repository publishes`]),
    ...(KINDS.includes(kind)
      ? []
      : [`asks for "${kind}" of ${name}; the kinds are major, minor, patch, none`]),
  ]);
  const isSaid = summary.trim() !== '' || Object.values(releases).every((kind) => kind === 'none');
  return isSaid ? faults : [...faults, 'says nothing to users below its head'];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
