import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGES, packageName } from '../packed/workspace-packages.ts';
import {
  changesetOf,
  manifestPath,
  pendingChangesets,
  type ScratchWorkspace,
  scratchWorkspace,
} from './scratch-workspace.ts';
import { versionSnapshot } from './version-snapshot.ts';

interface Scenario {
  /** The version that every package has before. */
  readonly from: string;
  /** One changeset each: the kinds of release by the packages' folders. */
  readonly changesets: readonly Readonly<Record<string, string>>[];
  /** The new versions of the packages that changed. */
  readonly moves: Readonly<Record<string, string>>;
  /** Those that directly depend on one of the first move, too; all others stay as they were. */
  readonly dependents?: readonly [of: readonly string[], version: string];
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a patch moves that package alone': {
    from: '1.2.3',
    changesets: [{ 'fs-atomic': 'patch' }],
    moves: { 'fs-atomic': '1.2.4' },
  },
  'a patch before 1.0.0 moves that package alone': {
    from: '0.3.0',
    changesets: [{ 'fs-atomic': 'patch' }],
    moves: { 'fs-atomic': '0.3.1' },
  },
  'a minor moves that package alone': {
    from: '1.2.3',
    changesets: [{ 'fs-atomic': 'minor' }],
    moves: { 'fs-atomic': '1.3.0' },
  },
  'a minor before 1.0.0, which no range of the old version admits, patches the direct dependents': {
    from: '0.3.0',
    changesets: [{ 'fs-atomic': 'minor' }],
    moves: { 'fs-atomic': '0.4.0' },
    dependents: [['fs-atomic'], '0.3.1'],
  },
  'a major patches the direct dependents and makes no other a major': {
    from: '1.2.3',
    changesets: [{ 'fs-atomic': 'major' }],
    moves: { 'fs-atomic': '2.0.0' },
    dependents: [['fs-atomic'], '1.2.4'],
  },
  'a major from below 1.0.0 patches the direct dependents': {
    from: '0.3.0',
    changesets: [{ ttrpc: 'major' }],
    moves: { ttrpc: '1.0.0' },
    dependents: [['ttrpc'], '0.3.1'],
  },
  'a major of what nobody uses moves nothing else': {
    from: '1.2.3',
    changesets: [{ cli: 'major' }, { 'runtime-v2': 'major' }],
    moves: { cli: '2.0.0', 'runtime-v2': '2.0.0' },
  },
  'who only tests with a package does not move with its major': {
    from: '1.2.3',
    changesets: [{ 'bundle-core': 'major' }],
    moves: { 'bundle-core': '2.0.0' },
    dependents: [['bundle-core'], '1.2.4'],
  },
  'a dependent with news of its own keeps its own kind of release': {
    from: '1.2.3',
    changesets: [{ 'fs-atomic': 'major' }, { 'shim-client': 'minor' }],
    moves: { 'fs-atomic': '2.0.0', 'shim-client': '1.3.0' },
    dependents: [['fs-atomic'], '1.2.4'],
  },
  'of several changesets of a package the greatest counts, once': {
    from: '1.2.3',
    changesets: [{ ttrpc: 'patch' }, { ttrpc: 'minor' }, { ttrpc: 'patch', 'oci-runtime': 'patch' }],
    moves: { ttrpc: '1.3.0', 'oci-runtime': '1.2.4' },
  },
  'majors of two packages patch a common dependent once': {
    from: '1.2.3',
    changesets: [{ 'oci-runtime': 'major', 'shim-api': 'major' }],
    moves: { 'oci-runtime': '2.0.0', 'shim-api': '2.0.0' },
    dependents: [['oci-runtime', 'shim-api'], '1.2.4'],
  },
  'a change that is not worth a release moves nothing': {
    from: '1.2.3',
    changesets: [{ 'fs-atomic': 'none' }],
    moves: {},
  },
};

describe('changeset version', () => {
  test.each(Object.entries(SCENARIOS))(
    '%s',
    async (_title, { from, changesets, moves, dependents = [[], from] }) => {
      const workspace = await scratchWorkspace(from);
      const files = changesets.map((releases, index) => [`.changeset/c${index}.md`, changesetOf(releases)]);
      await workspace.commit(Object.fromEntries(files));

      await workspace.changesetVersion();

      const [of, version] = dependents;
      const expected = { ...all(from), ...all(version, await dependentsOf(workspace, of)), ...moves };
      expect(await workspace.versions()).toEqual(expected);
      expect(PACKAGES.filter((folder) => existsSync(changelogIn(workspace.root, folder)))).toEqual(
        PACKAGES.filter((folder) => expected[folder] !== from),
      );
      for (const folder of PACKAGES)
        expect(await workspace.read(manifestPath(folder))).not.toMatch(/"workspace:[^^]/);
    },
  );

  test('makes 0.1.0 of every package with the changesets of the first release', async () => {
    const workspace = await scratchWorkspace('0.0.0');
    await workspace.commit({
      '.changeset/first.md': changesetOf(Object.fromEntries(PACKAGES.map((folder) => [folder, 'minor']))),
    });
    await workspace.changesetVersion();

    expect(await workspace.versions()).toEqual(all('0.1.0'));
  });

  test('knows what to make of the changesets that wait here now', async () => {
    const workspace = await scratchWorkspace('0.9.0');
    const pending = await pendingChangesets();
    await workspace.commit({ ...pending, '.changeset/another.md': changesetOf({ ttrpc: 'patch' }) });
    await workspace.changesetVersion();

    const named = PACKAGES.filter((folder) =>
      Object.values(pending).some((text) => new RegExp(`^"@shimwright/${folder}": (?!none)`, 'm').test(text)),
    );
    const versions = await workspace.versions();
    expect([...named, 'ttrpc'].filter((folder) => versions[folder] === '0.9.0')).toEqual([]);
  });

  test('for a snapshot gives versions that no range of a release admits, to all dependents too', async () => {
    const workspace = await scratchWorkspace('1.2.3');
    await workspace.commit({ '.changeset/c.md': changesetOf({ 'shim-api': 'patch' }) });
    await versionSnapshot(workspace.root, 'next');

    const versions = await workspace.versions();
    const snapshot = `${versions['shim-api']}`;
    const direct = await dependentsOf(workspace, ['shim-api']);
    const following = new Set(['shim-api', ...direct, ...(await dependentsOf(workspace, direct))]);
    expect(snapshot).toMatch(/^0\.0\.0-next-\d{14}$/);
    expect(following).toContain('runtime-v1');
    expect(versions).toEqual({ ...all('1.2.3'), ...all(snapshot, [...following]) });
  });

  test.each(['latest', '1.2.3', 'a b', ''])('makes no snapshot called "%s"', async (name) => {
    const workspace = await scratchWorkspace('1.2.3');
    await workspace.commit({ '.changeset/c.md': changesetOf({ 'shim-api': 'patch' }) });

    await expect(versionSnapshot(workspace.root, name)).rejects.toMatchObject({
      code: 'ERR_RELEASE_PENDING',
    });
    expect(await workspace.versions()).toEqual(all('1.2.3'));
  });

  test('makes no snapshot of nothing', async () => {
    const workspace = await scratchWorkspace('1.2.3');

    await expect(versionSnapshot(workspace.root, 'next')).rejects.toMatchObject({
      code: 'ERR_RELEASE_PENDING',
      message: expect.stringContaining('No unreleased changesets found'),
    });
  });
});

describe('a changelog', () => {
  const repository = 'https://github.com/shimwright/shimwright';

  test('is linked to the repository that every package names', async () => {
    const workspace = await scratchWorkspace('1.2.3');
    for (const folder of PACKAGES) {
      const manifest = JSON.parse(await workspace.read(manifestPath(folder)));
      expect(manifest.repository).toEqual({
        type: 'git',
        url: `git+${repository}.git`,
        directory: `packages/${folder}`,
      });
    }
    expect(JSON.parse(await workspace.read('.changeset/config.json')).changelog[1]).toEqual({ repository });
  });

  test.each([
    ['a commit', 'fix(fs-atomic): it', ''],
    ['a pull request that was squashed', 'fix(fs-atomic): it (#12)', `[#12](${repository}/pull/12) `],
    ['a pull request that was merged', 'Merge pull request #12 from a/b', `[#12](${repository}/pull/12) `],
    ['a commit that mentions another', 'fix(fs-atomic): what (#12) broke', ''],
  ])('links to %s', async (_kind, subject, pull) => {
    const workspace = await scratchWorkspace('1.2.3');
    const changeset = {
      '.changeset/c.md': changesetOf({ 'fs-atomic': 'patch' }, 'It works.\n\nOn all disks.'),
    };
    const commit = await workspace.commit(changeset, subject);
    await workspace.changesetVersion();

    expect(await workspace.read('packages/fs-atomic/CHANGELOG.md')).toBe(`# @shimwright/fs-atomic

## 1.2.4

### Patch Changes

- ${pull}${commitLink(commit)}: It works.

  On all disks.
`);
  });

  test('tells a dependent which dependencies made it move, and links to what changed in them', async () => {
    const workspace = await scratchWorkspace('1.2.3');
    const first = await workspace.commit({ '.changeset/a.md': changesetOf({ 'fs-atomic': 'major' }) });
    const second = await workspace.commit({ '.changeset/b.md': changesetOf({ 'shim-address': 'patch' }) });
    await workspace.changesetVersion();

    expect(await workspace.read('packages/bundle-core/CHANGELOG.md')).toBe(`# @shimwright/bundle-core

## 1.2.4

### Patch Changes

- Updated dependencies (${commitLink(first)}, ${commitLink(second)})
  - @shimwright/fs-atomic@2.0.0
  - @shimwright/shim-address@1.2.4
`);
  });

  test('grows at its top', async () => {
    const workspace = await scratchWorkspace('1.2.3');
    for (const [file, summary] of [
      ['a', 'One.'],
      ['b', 'Two.'],
    ] as const) {
      await workspace.commit({ [`.changeset/${file}.md`]: changesetOf({ ttrpc: 'patch' }, summary) });
      await workspace.changesetVersion();
    }
    const changelog = await workspace.read('packages/ttrpc/CHANGELOG.md');
    expect(changelog.match(/^## .*|(?<=: ).*$/gm)).toEqual(['## 1.2.5', 'Two.', '## 1.2.4', 'One.']);
  });

  function commitLink(commit: string): string {
    return `[\`${commit.slice(0, 7)}\`](${repository}/commit/${commit})`;
  }
});

function all(version: string, folders = PACKAGES): Record<string, string> {
  return Object.fromEntries(folders.map((folder) => [folder, version]));
}

/** The packages that have one of some others among their dependencies. */
async function dependentsOf(workspace: ScratchWorkspace, folders: readonly string[]): Promise<string[]> {
  const entries = PACKAGES.map(async (folder) => {
    const { dependencies = {} } = JSON.parse(await workspace.read(manifestPath(folder)));
    return { folder, depends: folders.some((other) => packageName(other) in dependencies) };
  });
  return (await Promise.all(entries)).flatMap(({ folder, depends }) => (depends ? [folder] : []));
}

function changelogIn(root: string, folder: string): string {
  return path.join(root, 'packages', folder, 'CHANGELOG.md');
}
