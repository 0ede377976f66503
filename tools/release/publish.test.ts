import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { ROOT } from '../packed/workspace-packages.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { git, gitLines } from './git.ts';
import { pnpmEnvironment } from './pnpm-environment.ts';
import { type PublishOptions, publishPackages } from './publish-packages.ts';
import { type Registry, startRegistry } from './registry.ts';

/** Each package depends on the one before it. */
const NAMES = ['one', 'two', 'three', 'four'];

let base: string;
let registry: Registry;
let root: string;

beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'shimwright-test-'));
  registry = await startRegistry(path.join(base, 'registry'));
  await makeRepository(path.join(base, 'built'));
  await registry.mustBeUsedIn(root);
});

afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  await rm(base, { recursive: true });
});

beforeEach(async () => {
  await rm(path.join(base, 'registry/storage/@shimwright'), { recursive: true, force: true });
  root = path.join(await tempDir(), 'repository');
  // What was built must stay younger than its sources.
  await cp(path.join(base, 'built'), root, {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
  });
});

describe('publishes', () => {
  test('all that the registry lacks, tags it, and with nothing to do does nothing', async () => {
    expect(await publish()).toEqual(all('0.1.0'));
    expect(await registry.published()).toEqual(all('0.1.0').toSorted());
    expect(await gitLines(root, 'tag', '--list')).toEqual(all('0.1.0').toSorted());

    expect(await publish()).toEqual([]);
  });

  test('ranges that others can resolve, and only what moved', async () => {
    await publish();
    await edit('packages/one/package.json', (text) => text.replace('0.1.0', '0.1.1'));
    await build();
    expect(await publish()).toEqual(['@shimwright/one@0.1.1']);

    expect(await view('@shimwright/two', 'dependencies')).toEqual({ '@shimwright/one': '^0.1.0' });
    expect(await view('@shimwright/one', 'dist-tags')).toEqual({ latest: '0.1.1' });
  });

  test('under another name', async () => {
    await publish();
    await edit('packages/four/package.json', (text) => text.replace('0.1.0', '0.0.0-next-1'));
    await build();
    await publish({ distTag: 'next' });

    expect(await view('@shimwright/four', 'dist-tags')).toEqual({ latest: '0.1.0', next: '0.0.0-next-1' });
  });
});

describe('refuses, and publishes nothing', () => {
  test('with changes that are not committed', async () => {
    await write('packages/one/src/index.ts', 'export const changed = 1;');
    await write('new.txt', '');

    await expectRefusal('ERR_RELEASE_DIRTY', ' M packages/one/src/index.ts\n?? new.txt');
  });

  test('with changesets that wait for a version', async () => {
    await edit('.changeset/new.md', () => '---\n"@shimwright/one": patch\n---\n\nNew.\n');

    await expectRefusal('ERR_RELEASE_PENDING', 'new.md');
  });

  test('a package that is not built', async () => {
    await rm(path.join(root, 'packages/three/dist'), { recursive: true });

    await expectRefusal(
      'ERR_RELEASE_UNBUILT',
      '@shimwright/three: dist/index.d.ts is missing\n@shimwright/three: dist/index.js is missing',
    );
  });

  test('a package whose code is empty', async () => {
    await write('packages/three/dist/index.js', '');

    await expectRefusal('ERR_RELEASE_UNBUILT', '@shimwright/three: dist/index.js is empty');
  });

  test('a package whose sources changed after it was built', async () => {
    await edit('packages/two/src/index.ts', () => 'export const two = 22;\n');

    await expectRefusal('ERR_RELEASE_UNBUILT', '@shimwright/two: dist/index.js is older than the sources');
  });

  test('where the registry does not answer', async () => {
    await registry.kill();
    onTestFinished(restartRegistry);

    await expectRefusal('ERR_RELEASE_REGISTRY', 'Received an unexpected error for @shimwright/');
  });

  test('a version that the registry has from somebody else', async () => {
    await publish();
    await git(root, 'tag', '--delete', ...all('0.1.0'));
    await edit('packages/two/src/index.ts', () => 'export const two = 22;\n');
    await edit('packages/four/package.json', (text) => text.replace('0.1.0', '0.1.1'));
    await build();

    await expectRefusal('ERR_RELEASE_TAKEN', '\n@shimwright/two@0.1.0');
    expect(await gitLines(root, 'tag', '--list')).toEqual([]);
  });
});

describe('a registry that goes away half-way', () => {
  test('has taken what the message lists, and a second run publishes the rest', async () => {
    const gone = registry.answered(/^PUT \/@shimwright%2fone 201$/).then(() => registry.kill());
    const error: unknown = await publish().catch((thrown: unknown) => thrown);
    await gone;
    const taken = await registry.published();
    const rest = all('0.1.0').filter((version) => !taken.includes(version));

    expect(rest).toContain('@shimwright/four@0.1.0');
    expect(error).toMatchObject({ code: 'ERR_RELEASE_INCOMPLETE' });
    const [, told = '', untold = ''] =
      /^Published: (.*)\nNot published, or not known to be: (.*)$/m.exec(`${error}`) ?? [];
    expect(taken).toEqual(expect.arrayContaining(told.split(', ')));
    expect(untold.split(', ')).toEqual(expect.arrayContaining(rest));
    expect([...told.split(', '), ...untold.split(', ')]).toEqual(all('0.1.0'));

    await restartRegistry();
    expect(await publish()).toEqual(rest);
    expect(await registry.published()).toEqual(all('0.1.0').toSorted());
    expect(await gitLines(root, 'tag', '--list')).toEqual(all('0.1.0').toSorted());
  });

  test('before it said that it took a version: a second run finds that it did', async () => {
    await publish();
    await git(root, 'tag', '--delete', '@shimwright/four@0.1.0'); // as if the answer had been lost

    expect(await publish()).toEqual([]);
    expect(await gitLines(root, 'tag', '--list')).toEqual(all('0.1.0').toSorted());
  });
});

async function expectRefusal(code: string, words: string): Promise<void> {
  const before = await registry.published();
  await expect(publish()).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  expect(await registry.published()).toEqual(before);
}

function publish(options: Partial<PublishOptions> = {}): Promise<string[]> {
  // A registry that is gone is not waited for.
  return publishPackages({ root, env: { ...registry.env, pnpm_config_fetch_retries: '0' }, ...options });
}

async function restartRegistry(): Promise<void> {
  registry = await startRegistry(path.join(base, 'registry'), registry.port);
}

function all(version: string): string[] {
  return NAMES.map((name) => `@shimwright/${name}@${version}`);
}

async function view(name: string, field: string): Promise<unknown> {
  const { stdout } = await execa('npm', ['view', name, field, '--json'], { env: registry.env });
  return JSON.parse(stdout);
}

/** Makes a repository of four small packages, built and committed. */
async function makeRepository(directory: string): Promise<void> {
  root = directory;
  for (const [index, name] of NAMES.entries()) await makePackage(name, NAMES[index - 1]);
  await mkdir(path.join(root, '.changeset'));
  await write('.changeset/config.json', JSON.stringify({ changelog: false, access: 'public' }));
  await write('.gitignore', 'dist/\nnode_modules/\n');
  await write('package.json', JSON.stringify({ name: 'scratch', private: true, version: '0.0.0' }));
  await write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n');
  await git(root, 'init', '--quiet', '--initial-branch=main');
  await git(root, 'config', 'user.name', 'Shimwright');
  await git(root, 'config', 'user.email', 'shimwright@localhost');
  await execa('pnpm', ['install', '--offline'], { cwd: root, env: { ...(await pnpmEnvironment()) } });
  await commit();
  await build();
}

async function makePackage(name: string, dependency: string | undefined): Promise<void> {
  const manifest = {
    name: `@shimwright/${name}`,
    version: '0.1.0',
    license: 'Apache-2.0',
    files: ['dist'],
    type: 'module',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    ...(dependency && { dependencies: { [`@shimwright/${dependency}`]: 'workspace:^' } }),
  };
  await mkdir(path.join(root, 'packages', name, 'src'), { recursive: true });
  await write(`packages/${name}/package.json`, JSON.stringify(manifest));
  await write(`packages/${name}/src/index.ts`, `export const ${name} = 1;\n`);
}

async function build(): Promise<void> {
  for (const name of NAMES) {
    const directory = path.join(root, 'packages', name);
    await execa('tsc', [...COMPILE, 'src/index.ts'], { cwd: directory, preferLocal: true, localDir: ROOT });
  }
}

const COMPILE = [
  '--ignoreConfig',
  '--declaration',
  '--module',
  'nodenext',
  '--types',
  '',
  '--outDir',
  'dist',
];

/** Changes a file, and commits that. */
async function edit(file: string, change: (text: string) => string): Promise<void> {
  await write(file, change(await readFile(path.join(root, file), 'utf8').catch(() => '')));
  await commit();
}

function write(file: string, content: string): Promise<void> {
  return writeFile(path.join(root, file), content);
}

async function commit(): Promise<void> {
  await git(root, 'add', '--all');
  await git(root, 'commit', '--quiet', '--message', 'a change');
}
