import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGES, packageName, ROOT } from '../packed/workspace-packages.ts';
import { git } from './git.ts';
import { changesetOf, manifestPath, type ScratchWorkspace, scratchWorkspace } from './scratch-workspace.ts';
import { unannouncedChanges } from './unannounced-changes.ts';

test('this repository tells of all its changes', async () => {
  expect(await unannouncedChanges(ROOT)).toEqual([]);
});

interface Scenario {
  /** Changes to the files of a workspace. */
  readonly change: (workspace: ScratchWorkspace) => Promise<Record<string, string>>;
  readonly changeset?: Readonly<Record<string, string>>;
  /** What is found, by the packages' folders. */
  readonly found: Readonly<Record<string, readonly string[]>>;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a source': {
    change: async () => ({ 'packages/event-exchange/src/sweep.ts': 'new' }),
    found: { 'event-exchange': ['packages/event-exchange/src/sweep.ts'] },
  },
  'a source, with a changeset of the package': {
    change: async () => ({ 'packages/event-exchange/src/sweep.ts': 'new' }),
    changeset: { 'event-exchange': 'patch' },
    found: {},
  },
  'a source, with a changeset of another package': {
    change: async () => ({ 'packages/event-exchange/src/sweep.ts': 'new' }),
    changeset: { 'shim-address': 'major' },
    found: { 'event-exchange': ['packages/event-exchange/src/sweep.ts'] },
  },
  'a source, with a changeset that says it is worth no release': {
    change: async () => ({ 'packages/event-exchange/src/sweep.ts': 'new' }),
    changeset: { 'event-exchange': 'none' },
    found: {},
  },
  'a test, a fixture and a tool': {
    change: async () => ({
      'packages/event-exchange/src/sweep.test.ts': 'new',
      'packages/event-exchange/test/sweep.test.ts': 'new',
      'tools/build.ts': 'new',
    }),
    found: {},
  },
  'a README': {
    change: async () => ({ 'packages/event-exchange/README.md': 'new' }),
    found: { 'event-exchange': ['packages/event-exchange/README.md'] },
  },
  'a source that is part of a program': {
    change: async () => ({ 'packages/oci-runtime/src/index.ts': 'new' }),
    changeset: { 'oci-runtime': 'patch' },
    found: {
      containers: ['packages/oci-runtime/src/index.ts'],
      'shim-service': ['packages/oci-runtime/src/index.ts'],
    },
  },
  'the README of a package that is part of a program': {
    change: async () => ({ 'packages/oci-runtime/README.md': 'new' }),
    changeset: { 'oci-runtime': 'patch' },
    found: {},
  },
  'a manifest, for users': {
    change: (workspace) => editManifest(workspace, 'ttrpc', (manifest) => ({ ...manifest, engines: {} })),
    found: { ttrpc: [manifestPath('ttrpc')] },
  },
  'a manifest, for us': {
    change: (workspace) =>
      editManifest(workspace, 'ttrpc', (manifest) => ({ ...manifest, devDependencies: {} })),
    found: {},
  },
  'a catalog entry that packages and programs use': {
    change: (workspace) => editCatalog(workspace, 'execa', '^99.0.0'),
    found: {
      containers: ['catalog: execa'],
      'oci-image': ['catalog: execa'],
      'oci-runtime': ['catalog: execa'],
      'shim-service': ['catalog: execa'],
    },
  },
  'a catalog entry, with changesets of its users': {
    change: (workspace) => editCatalog(workspace, 'execa', '^99.0.0'),
    changeset: { containers: 'patch', 'oci-image': 'patch', 'oci-runtime': 'patch', 'shim-service': 'patch' },
    found: {},
  },
  'a catalog entry of a library that packages have': {
    change: (workspace) => editCatalog(workspace, 'koffi', '^99.0.0'),
    found: {
      containers: ['catalog: koffi'],
      'linux-native': ['catalog: koffi'],
      'shim-client': ['catalog: koffi'],
      'shim-service': ['catalog: koffi'],
    },
  },
  'a catalog entry of a tool': {
    change: (workspace) => editCatalog(workspace, 'vitest', '^99.0.0'),
    found: {},
  },
};

test.each(Object.entries(SCENARIOS))(
  'since a commit: %s, committed or not',
  async (_title, { change, changeset, found }) => {
    const workspace = await scratchWorkspace('1.2.3');
    await workspace.commit({ 'packages/event-exchange/src/sweep.ts': 'old', '.changeset/old.md': OLD });
    const base = await git(workspace.root, 'rev-parse', 'HEAD');
    const files = await change(workspace);
    if (changeset !== undefined) files['.changeset/new.md'] = changesetOf(changeset);
    const expected = Object.entries(found).map(([folder, changes]) => ({
      name: packageName(folder),
      changes,
    }));

    await workspace.write(files);
    expect(await unannouncedChanges(workspace.root, base)).toEqual(expected);
    await workspace.commit({});
    expect(await unannouncedChanges(workspace.root, base)).toEqual(expected);
  },
);

test('since a commit: a source that was removed', async () => {
  const workspace = await scratchWorkspace('1.2.3');
  const base = await workspace.commit({ 'packages/event-exchange/src/sweep.ts': 'old' });
  await rm(path.join(workspace.root, 'packages/event-exchange/src/sweep.ts'));

  expect(await unannouncedChanges(workspace.root, base)).toEqual([
    { name: '@shimwright/event-exchange', changes: ['packages/event-exchange/src/sweep.ts'] },
  ]);
});

test('since a branch: what the branch has got since is not ours to tell', async () => {
  const workspace = await scratchWorkspace('1.2.3');
  await git(workspace.root, 'switch', '--quiet', '--create', 'topic');
  await workspace.commit({ 'packages/runtime-v2/src/index.ts': 'ours' });
  await git(workspace.root, 'switch', '--quiet', 'main');
  await workspace.commit({ 'packages/event-exchange/src/index.ts': 'theirs' });
  await git(workspace.root, 'switch', '--quiet', 'topic');

  expect(await unannouncedChanges(workspace.root, 'main')).toEqual([
    { name: '@shimwright/runtime-v2', changes: ['packages/runtime-v2/src/index.ts'] },
  ]);
});

test('a package that was never released needs one changeset, and no further one', async () => {
  const workspace = await scratchWorkspace('0.0.0');
  const first = changesetOf({ 'event-exchange': 'minor', ttrpc: 'minor' });
  const base = await workspace.commit({ '.changeset/first.md': first });
  await workspace.commit({ 'packages/event-exchange/src/index.ts': 'new' });

  for (const since of [undefined, base]) {
    const names = (await unannouncedChanges(workspace.root, since)).map(({ name }) => name);
    expect(names).toHaveLength(PACKAGES.length - 2);
    expect(names).not.toContain('@shimwright/event-exchange');
    expect(names).not.toContain('@shimwright/ttrpc');
  }
});

test('since the last release: what was released, and what came after it', async () => {
  const workspace = await scratchWorkspace('1.2.3');
  const source = 'packages/ttrpc/src/index.ts';
  const programs = { 'shim-client': 'patch', 'shim-service': 'patch', containers: 'patch' } as const;
  const base = await workspace.commit({
    [source]: 'new',
    '.changeset/c.md': changesetOf({ ttrpc: 'patch', ...programs }),
  });
  await workspace.changesetVersion();
  await workspace.commit({});
  expect(await unannouncedChanges(workspace.root, `${base}~1`)).toEqual([]);
  await expect(unannouncedChanges(workspace.root)).rejects.toMatchObject({ code: 'ERR_RELEASE_BASE' });

  await git(workspace.root, 'tag', '@shimwright/ttrpc@1.2.4', '--message', 'released');
  expect(await unannouncedChanges(workspace.root)).toEqual([]);
  await workspace.commit({ [source]: 'newer', '.changeset/d.md': changesetOf(programs) });
  expect(await unannouncedChanges(workspace.root)).toEqual([
    { name: '@shimwright/ttrpc', changes: [source] },
  ]);
});

test('a base that there is not', async () => {
  const workspace = await scratchWorkspace('1.2.3');
  await expect(unannouncedChanges(workspace.root, 'nowhere')).rejects.toMatchObject({
    code: 'ERR_RELEASE_BASE',
    message: 'There is no commit nowhere here to compare with.',
  });
});

/** Waits since before the base, so it tells nothing of what changed after. */
const OLD = changesetOf({ 'event-exchange': 'patch', ttrpc: 'patch', 'oci-runtime': 'patch' });

async function editManifest(
  workspace: ScratchWorkspace,
  folder: string,
  edit: (manifest: object) => object,
): Promise<Record<string, string>> {
  const file = manifestPath(folder);
  return { [file]: JSON.stringify(edit(JSON.parse(await workspace.read(file)))) };
}

async function editCatalog(
  workspace: ScratchWorkspace,
  entry: string,
  range: string,
): Promise<Record<string, string>> {
  const file = 'pnpm-workspace.yaml';
  const text = await workspace.read(file);
  const edited = text.replace(new RegExp(`^(  ${entry}: ).*$`, 'm'), `$1${range}`);
  expect(edited).not.toBe(text);
  return { [file]: edited };
}
