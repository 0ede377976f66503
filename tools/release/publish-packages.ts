import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { unbuilt } from './built.ts';
import { type ChangesetOptions, changeset } from './changeset.ts';
import { isChangeset } from './changesets.ts';
import { git, gitLines } from './git.ts';
import { pnpmEnvironment } from './pnpm-environment.ts';
import { ReleaseError } from './release-error.ts';
import { type WorkspacePackage, workspacePackages } from './workspace.ts';

/** Which repository to publish from, and how. */
export interface PublishOptions extends ChangesetOptions {
  /** The name under which the new versions are found. @default 'latest' */
  readonly distTag?: string;
  /**
   * Asked once nothing was found wrong, before anything is published or tagged; false leaves all as it is.
   * @default publishes without asking
   */
  readonly confirm?: (intent: ReleaseIntent) => Promise<boolean>;
}

/** What a release is about to do. */
export interface ReleaseIntent {
  /** Where the packages go. */
  readonly registry: string;
  /** The branch that is checked out; undefined, if it is a commit alone. */
  readonly branch: string | undefined;
  /** The commit, abbreviated. */
  readonly commit: string;
  /** The name under which the new versions are found. */
  readonly distTag: string;
  /** What the registry lacks, each as `name@version`. */
  readonly publish: readonly string[];
  /** What the registry took in a run that was interrupted, and that is now tagged. */
  readonly tag: readonly string[];
}

/** A version to publish, as Changesets writes it down. */
interface PlannedRelease {
  readonly name: string;
  readonly version: string;
  readonly tag: string;
}

/** What a release is tagged with. */
const RELEASE_TAG = /^@[^/]+\/[^@]+@\d/;

/** Groups of versions, each of which only needs those before it. */
type Plan = readonly (readonly PlannedRelease[])[];

/**
 * Publishes every package whose version the registry does not have, in an order in which none lacks its
 * dependencies at any time, and tags the commit for each. Whatever can be found wrong is found before the first
 * is published. What an interrupted run has published is left as it is, and the rest follows.
 *
 * @returns what was published, each as `name@version`; nothing, if `confirm` said no.
 * @throws {ReleaseError} with nothing published; or, `ERR_RELEASE_INCOMPLETE`, with what the message lists.
 */
export async function publishPackages(options: PublishOptions): Promise<string[]> {
  const { root, distTag = 'latest' } = options;
  await refuseUncommitted(root);
  await refuseUnversioned(root);
  const settings = { root, env: { ...(await pnpmEnvironment()), ...options.env } };
  const scratch = await mkdtemp(path.join(tmpdir(), 'shimwright-publish-'));
  try {
    const plan = await planOf(settings, scratch, distTag);
    const packages = await workspacePackages(root);
    const isPlanned = ({ manifest }: WorkspacePackage) =>
      plan.flat().some(({ name }) => name === manifest.name);
    await refuseUnbuilt(root, packages.filter(isPlanned));
    const interrupted = await interruptedReleases(
      settings,
      scratch,
      packages.filter((one) => !isPlanned(one)),
    );
    const intent = {
      ...(await whereFrom(settings)),
      distTag,
      publish: plan.flat().map(tagOf),
      tag: interrupted,
    };
    if (options.confirm && !(await options.confirm(intent))) return [];
    for (const tag of interrupted) await git(root, 'tag', tag, '--message', tag);
    return plan.length === 0 ? [] : await publish(settings, scratch, plan);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function refuseUncommitted(root: string): Promise<void> {
  const files = await gitLines(root, 'status', '--porcelain');
  if (files.length === 0) return;
  const message = `There are changes that are not committed, so nobody could tell later what was published:`;
  throw new ReleaseError('ERR_RELEASE_DIRTY', [message, ...files].join('\n'));
}

async function refuseUnversioned(root: string): Promise<void> {
  const names = await readdir(path.join(root, '.changeset'));
  const pending = names.filter(isChangeset);
  if (pending.length === 0) return;
  const message =
    'There are changesets that no version has taken in. Run `pnpm release:version`, and commit:';
  throw new ReleaseError('ERR_RELEASE_PENDING', [message, ...pending].join('\n'));
}

/** What the registry lacks. */
async function planOf(settings: ChangesetOptions, scratch: string, distTag: string): Promise<Plan> {
  const file = path.join(scratch, 'wanted.json');
  const { failed, output } = await changeset(settings, 'publish-plan', '--output', file);
  if (failed) {
    const message = `The registry does not say what it has, so nothing was published.\n${output}`;
    throw new ReleaseError('ERR_RELEASE_REGISTRY', message);
  }
  const { plan }: { readonly plan: Plan } = JSON.parse(await readFile(file, 'utf8'));
  return plan.map((group) => group.map((release) => ({ ...release, tag: distTag })));
}

async function refuseUnbuilt(root: string, packages: readonly WorkspacePackage[]): Promise<void> {
  const checks = packages.map(async ({ folder, manifest }) => {
    const wrong = await unbuilt(path.join(root, 'packages', folder), manifest);
    return wrong.map((what) => `${manifest.name}: ${what}`);
  });
  const wrong = (await Promise.all(checks)).flat();
  if (wrong.length === 0) return;
  const message = 'Not all is built, so nothing was published. Run `pnpm build`:';
  throw new ReleaseError('ERR_RELEASE_UNBUILT', [message, ...wrong].join('\n'));
}

/** Where a release goes, and what it is made from. */
async function whereFrom({
  root,
  env,
}: ChangesetOptions): Promise<Pick<ReleaseIntent, 'registry' | 'branch' | 'commit'>> {
  const setting = async (name: string) => {
    const { stdout } = await execa('pnpm', ['config', 'get', name], { cwd: root, ...(env && { env }) });
    return stdout.trim() === 'undefined' ? '' : stdout.trim();
  };
  const registry = (await setting('@shimwright:registry')) || (await setting('registry'));
  const branch = await git(root, 'branch', '--show-current');
  return { registry, branch: branch || undefined, commit: await git(root, 'rev-parse', '--short', 'HEAD') };
}

/**
 * A version that the registry has and that no tag tells of is either of a run that was interrupted, and then it is
 * to be tagged, or it was tagged elsewhere, or is somebody else's, and then ours must not pass for it.
 *
 * @returns the tags to make.
 */
async function interruptedReleases(
  settings: ChangesetOptions,
  scratch: string,
  packages: readonly WorkspacePackage[],
): Promise<readonly string[]> {
  const tags = await tagsOf(settings.root);
  const untold = packages.filter((one) => !tags.includes(tagOf(one.manifest)));
  if (untold.length === 0) return [];
  await refuseMissingTags(
    settings.root,
    untold.map(({ manifest }) => tagOf(manifest)),
  );
  await refuseUnbuilt(settings.root, untold);
  const releases = untold.map(({ manifest: { name, version } }) => ({ kind: 'publish', name, version }));
  const packed = await pack(settings, path.join(scratch, 'untold'), [releases]);
  const compared = releases.map(async (release) => {
    const tarball = await readFile(path.join(packed, 'packages', tarballName(release)));
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    return integrity === (await integrityThere(settings, release)) ? [] : [tagOf(release)];
  });
  const taken = (await Promise.all(compared)).flat();
  if (taken.length > 0) {
    const found =
      'The registry has these already, with other contents than this commit, so nothing was published.';
    const advice = tags.some((tag) => RELEASE_TAG.test(tag))
      ? 'Give them another version with `pnpm changeset` and `pnpm release:version`:'
      : 'There is no tag of a release here. Run `git fetch --tags`, and try again. If they were released from elsewhere, ' +
        'give them another version with `pnpm changeset` and `pnpm release:version`:';
    throw new ReleaseError('ERR_RELEASE_TAKEN', [`${found} ${advice}`, ...taken].join('\n'));
  }
  return untold.map(({ manifest }) => tagOf(manifest));
}

/** A clone without the tags of the repository that it is from would take all releases for somebody else's. */
async function refuseMissingTags(root: string, untold: readonly string[]): Promise<void> {
  for (const remote of await gitLines(root, 'remote')) {
    const listed = await gitLines(root, 'ls-remote', '--tags', '--refs', remote).catch(() => []);
    const there = listed.map((line) => line.replace(/^\S+\s+refs\/tags\//, ''));
    const missing = untold.filter((tag) => there.includes(tag));
    if (missing.length === 0) continue;
    const message = `This clone lacks tags that ${remote} has, so nothing was published. Run \`git fetch --tags ${remote}\`:`;
    throw new ReleaseError('ERR_RELEASE_TAGS', [message, ...missing].join('\n'));
  }
}

async function integrityThere(
  { root, env }: ChangesetOptions,
  release: { readonly name: string; readonly version: string },
): Promise<string> {
  const args = ['view', tagOf(release), '--json'];
  const { stdout } = await execa('pnpm', args, { cwd: root, ...(env && { env }) });
  return JSON.parse(stdout).dist.integrity;
}

async function publish(settings: ChangesetOptions, scratch: string, plan: Plan): Promise<string[]> {
  const wanted = plan.flat().map(tagOf);
  const packed = await pack(settings, path.join(scratch, 'new'), plan);
  const before = await tagsOf(settings.root);
  const { failed, output } = await changeset(settings, 'publish', '--from-pack-dir', packed);
  const after = await tagsOf(settings.root); // it makes one for each that the registry has taken
  if (!failed && wanted.every((tag) => after.includes(tag))) return wanted;
  const published = wanted.filter((tag) => after.includes(tag) && !before.includes(tag));
  const rest = wanted.filter((tag) => !published.includes(tag));
  const message = [
    'The registry did not take all.',
    `Published: ${published.join(', ') || 'nothing'}`,
    `Not published, or not known to be: ${rest.join(', ')}`,
    'What was published stays. Run `pnpm release` again once the registry is well: it publishes the rest.',
    '',
    output,
  ].join('\n');
  throw new ReleaseError('ERR_RELEASE_INCOMPLETE', message);
}

/** Packs what a plan names, so that what was looked at is what is published; gives the directory. */
async function pack(
  settings: ChangesetOptions,
  directory: string,
  plan: readonly (readonly object[])[],
): Promise<string> {
  await mkdir(directory);
  const file = path.join(directory, 'wanted.json');
  await writeFile(file, JSON.stringify({ version: 1, plan }));
  const { failed, output } = await changeset(
    settings,
    'pack',
    '--from-publish-plan',
    file,
    '--out-dir',
    directory,
  );
  if (failed) throw new ReleaseError('ERR_RELEASE_UNBUILT', `Nothing was published.\n${output}`);
  return directory;
}

function tagsOf(root: string): Promise<string[]> {
  return gitLines(root, 'tag', '--list');
}

function tarballName({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}

function tagOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}@${version}`;
}
