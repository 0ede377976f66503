import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { PROGRAMS } from '../programs.ts';
import { type PendingChangeset, readChangesets } from './changesets.ts';
import { git, gitLines } from './git.ts';
import { ReleaseError } from './release-error.ts';
import { type Manifest, type WorkspacePackage, workspacePackages } from './workspace.ts';

/** A package that would be published with other contents, though no changeset says so. */
export interface Unannounced {
  readonly name: string;
  /** The files and catalog entries that changed. */
  readonly changes: readonly string[];
}

/**
 * The packages whose published files changed since `base` while no changeset that came since names them. The work
 * tree counts as it stands. A changeset of the kind `none` is an answer, too.
 *
 * @param base a commit, from which this branch's own changes are counted; by default the last release.
 * @throws {ReleaseError} `ERR_RELEASE_BASE` if there was a release, but the repository holds no tag of it, or no `base`.
 */
export async function unannouncedChanges(root: string, base?: string): Promise<Unannounced[]> {
  const packages = await workspacePackages(root);
  const since = base === undefined ? await lastRelease(root, packages) : await commonCommit(root, base);
  const changed = since === undefined ? [] : await changedFiles(root, since);
  const changesets = await readChangesets(root);
  const announced = namesIn(changesets.filter(({ file }) => changed.includes(file)));
  const pending = namesIn(changesets);
  const catalog = since === undefined ? [] : await movedCatalogEntries(root, since);

  const found = packages.map(async (one) => {
    const { name } = one.manifest;
    if (isUnreleased(one)) return { name, changes: pending.has(name) ? [] : ['it was never released'] };
    if (since === undefined || announced.has(name)) return { name, changes: [] };
    // One that has not changed is what it was: git is not asked, which takes two processes for each package.
    const before = changed.includes(manifestOf(one.folder))
      ? await manifestAt(root, since, one.folder)
      : one.manifest;
    if (before?.version !== one.manifest.version) return { name, changes: [] }; // released in between
    return { name, changes: changesOf(one, packages, before, changed, catalog) };
  });
  return (await Promise.all(found)).filter(({ changes }) => changes.length > 0);
}

function changesOf(
  one: WorkspacePackage,
  packages: readonly WorkspacePackage[],
  before: Manifest,
  changed: readonly string[],
  catalog: readonly string[],
): string[] {
  const contents = contentsOf(one, packages);
  const own = (file: string) => file === 'LICENSE' || file === `packages/${one.folder}/README.md`;
  const files = changed.filter(
    (file) => own(file) || contents.some(({ folder }) => isShippedSource(file, folder)),
  );
  const manifest = isDeepStrictEqual(published(before), published(one.manifest))
    ? []
    : [manifestOf(one.folder)];
  const used = contents.flatMap(({ manifest }) => catalogEntriesOf(manifest));
  const moved = catalog.filter((entry) => used.includes(entry)).map((entry) => `catalog: ${entry}`);
  return [...files, ...manifest, ...moved];
}

/**
 * The packages whose code is in what a package publishes: a program is one file, with all that it needs. All that its
 * package depends on is counted, though a program may need less: a release too many harms nobody.
 */
function contentsOf(one: WorkspacePackage, packages: readonly WorkspacePackage[]): WorkspacePackage[] {
  const contents = new Set([one]);
  if (!Object.hasOwn(PROGRAMS, one.folder)) return [one];
  for (const { manifest } of contents) {
    for (const other of packages)
      if (other.manifest.name in (manifest.dependencies ?? {})) contents.add(other);
  }
  return [...contents];
}

function isShippedSource(file: string, folder: string): boolean {
  return file.startsWith(`packages/${folder}/src/`) && !file.endsWith('.test.ts');
}

/** What of a `package.json` concerns users, but for the version, which only a release changes. */
function published({ version: _, ...manifest }: Manifest & { readonly devDependencies?: unknown }): object {
  const { devDependencies: __, ...rest } = manifest;
  return rest;
}

function catalogEntriesOf({ dependencies = {} }: Manifest): string[] {
  return Object.keys(dependencies).filter((name) => dependencies[name] === 'catalog:');
}

async function movedCatalogEntries(root: string, since: string): Promise<string[]> {
  const file = 'pnpm-workspace.yaml';
  const before = parse(await git(root, 'show', `${since}:${file}`)).catalog ?? {};
  const now = parse(await readFile(path.join(root, file), 'utf8')).catalog ?? {};
  return Object.keys(now).filter((name) => now[name] !== before[name]);
}

async function changedFiles(root: string, since: string): Promise<string[]> {
  const tracked = await gitLines(root, 'diff', '--name-only', '--no-renames', since);
  return [...tracked, ...(await gitLines(root, 'ls-files', '--others', '--exclude-standard'))];
}

/** The packages that changesets name. */
function namesIn(changesets: readonly PendingChangeset[]): Set<string> {
  return new Set(changesets.flatMap(({ releases }) => Object.keys(releases)));
}

function manifestOf(folder: string): string {
  return `packages/${folder}/package.json`;
}

async function manifestAt(root: string, commit: string, folder: string): Promise<Manifest | undefined> {
  const file = manifestOf(folder);
  const [there] = await gitLines(root, 'ls-tree', '--name-only', commit, '--', file);
  return there === undefined ? undefined : JSON.parse(await git(root, 'show', `${commit}:${file}`));
}

async function lastRelease(root: string, packages: readonly WorkspacePackage[]): Promise<string | undefined> {
  if (packages.every(isUnreleased)) return undefined;
  return git(root, 'describe', '--tags', '--abbrev=0', '--match', '@*/*@*').catch((cause: unknown) => {
    throw new ReleaseError(
      'ERR_RELEASE_BASE',
      'There is no tag of a release here to compare with. Run `git fetch --tags`, or name a commit to compare with.',
      { cause },
    );
  });
}

async function commonCommit(root: string, base: string): Promise<string> {
  return git(root, 'merge-base', base, 'HEAD').catch((cause: unknown) => {
    throw new ReleaseError('ERR_RELEASE_BASE', `There is no commit ${base} here to compare with.`, { cause });
  });
}

function isUnreleased({ manifest }: WorkspacePackage): boolean {
  return manifest.version === '0.0.0';
}
