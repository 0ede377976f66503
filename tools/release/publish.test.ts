import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { tempDir } from '../testing/temp-dir.ts';
import { git, gitLines } from './git.ts';
import { type PublishOptions, publishPackages, type ReleaseIntent } from './publish-packages.ts';
import { type Registry, startRegistry } from './registry.ts';
import { runRelease } from './run-release.ts';
import { scratchVersions as all, ScratchPackages } from './scratch-packages.ts';

let base: string;
let registry: Registry;
let built: ScratchPackages;
let packages: ScratchPackages;
/** After all of it was published in 0.1.0. */
let released: ScratchPackages | undefined;

beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'shimwright-test-'));
  registry = await startRegistry(path.join(base, 'registry'));
  built = await ScratchPackages.make(path.join(base, 'built'));
  await registry.mustBeUsedIn(built.root);
});

afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  await rm(base, { recursive: true });
});

beforeEach(async () => {
  await rm(storage(), { recursive: true, force: true });
  packages = await built.copyTo(path.join(await tempDir(), 'repository'));
});

describe('publishes', () => {
  test('all that the registry lacks, tags it, and with nothing to do does nothing', async () => {
    expect(await publish()).toEqual(all('0.1.0'));
    expect(await registry.published()).toEqual(all('0.1.0').toSorted());
    expect(await gitLines(packages.root, 'tag', '--list')).toEqual(all('0.1.0').toSorted());

    expect(await publish()).toEqual([]);
  });

  test('as `pnpm release`, after it showed what it does; a dry run only shows it', async () => {
    const lines = async (...args: string[]) => {
      const log = vi.spyOn(console, 'log').mockReturnValue();
      onTestFinished(() => log.mockRestore());
      expect(await runRelease({ root: packages.root, env: registry.env }, args)).toBe(0);
      const said = log.mock.calls.flat();
      log.mockRestore();
      return said;
    };
    const shown = ['Packages  4 packages', ...all('0.1.0').map((version) => `  ${version}`)];

    const dry = 'A dry run: nothing was published and nothing tagged.';
    expect((await lines('--dry-run')).slice(3)).toEqual([...shown, dry]);
    expect(await registry.published()).toEqual([]);
    expect((await lines('--yes')).slice(3)).toEqual([...shown, 'Published:', ...all('0.1.0')]);
    expect(await registry.published()).toEqual(all('0.1.0').toSorted());
    expect((await lines()).slice(3)).toEqual([
      'Packages  none: the registry has all of them',
      'The registry has all of it already.',
    ]);
  });

  test('ranges that others can resolve, and only what moved', async () => {
    await everythingIsPublished();
    await packages.edit('packages/one/package.json', (text) => text.replace('0.1.0', '0.1.1'));
    await packages.build();
    expect(await publish()).toEqual(['@shimwright/one@0.1.1']);

    expect(await view('@shimwright/two')).toMatchObject({ dependencies: { '@shimwright/one': '^0.1.0' } });
    expect((await view('@shimwright/one')).tags).toEqual({ latest: '0.1.1' });
  });

  test('under another name', async () => {
    await everythingIsPublished();
    await packages.edit('packages/four/package.json', (text) => text.replace('0.1.0', '0.0.0-next-1'));
    await packages.build();
    await publish({ distTag: 'next' });

    expect((await view('@shimwright/four')).tags).toEqual({ latest: '0.1.0', next: '0.0.0-next-1' });
  });
});

describe('refuses, and publishes nothing', () => {
  test('with changes that are not committed', async () => {
    await packages.write('packages/one/src/index.ts', 'export const changed = 1;');
    await packages.write('new.txt', '');

    await expectRefusal('ERR_RELEASE_DIRTY', ' M packages/one/src/index.ts\n?? new.txt');
  });

  test('with changesets that wait for a version', async () => {
    await packages.edit('.changeset/new.md', () => '---\n"@shimwright/one": patch\n---\n\nNew.\n');

    await expectRefusal('ERR_RELEASE_PENDING', 'new.md');
  });

  test('a package that is not built', async () => {
    await rm(path.join(packages.root, 'packages/three/dist'), { recursive: true });

    await expectRefusal(
      'ERR_RELEASE_UNBUILT',
      '@shimwright/three: dist/index.d.ts is missing\n@shimwright/three: dist/index.js is missing',
    );
  });

  test('a package whose code is empty', async () => {
    await packages.write('packages/three/dist/index.js', '');

    await expectRefusal('ERR_RELEASE_UNBUILT', '@shimwright/three: dist/index.js is empty');
  });

  test('a package whose sources changed after it was built', async () => {
    await packages.edit('packages/two/src/index.ts', () => 'export const two = 22;\n');

    await expectRefusal('ERR_RELEASE_UNBUILT', '@shimwright/two: dist/index.js is older than the sources');
  });

  test('where the registry does not answer', async () => {
    await registry.kill();
    onTestFinished(restartRegistry);

    await expectRefusal('ERR_RELEASE_REGISTRY', 'Received an unexpected error for @shimwright/');
  });

  test('a version that the registry has from somebody else', async () => {
    await everythingIsPublished();
    await git(packages.root, 'tag', '--delete', '@shimwright/two@0.1.0');
    await packages.edit('packages/two/src/index.ts', () => 'export const two = 22;\n');
    await packages.edit('packages/four/package.json', (text) => text.replace('0.1.0', '0.1.1'));
    await packages.build();

    await expectRefusal('ERR_RELEASE_TAKEN', 'Give them another version with `pnpm changeset`');
    expect(await gitLines(packages.root, 'tag', '--list')).not.toContain('@shimwright/two@0.1.0');

    // Without any tag of a release here, those are to be fetched before anything else is tried.
    await git(packages.root, 'tag', '--delete', ...(await gitLines(packages.root, 'tag', '--list')));
    await expectRefusal('ERR_RELEASE_TAKEN', 'Run `git fetch --tags`, and try again.');
    expect(await gitLines(packages.root, 'tag', '--list')).toEqual([]);
  });

  test('in a clone that lacks the tags of its origin, also for sources that have not changed', async () => {
    await everythingIsPublished();
    const origin = path.join(await tempDir(), 'origin');
    await git(packages.root, 'clone', '--quiet', '--bare', '.', origin);
    await git(packages.root, 'remote', 'add', 'origin', origin);
    await git(packages.root, 'tag', '--delete', '@shimwright/two@0.1.0', '@shimwright/four@0.1.0');

    const missing = '\n@shimwright/four@0.1.0\n@shimwright/two@0.1.0';
    await expectRefusal('ERR_RELEASE_TAGS', `Run \`git fetch --tags origin\`:${missing}`);
    await git(packages.root, 'fetch', '--quiet', '--tags', 'origin');
    expect(await publish()).toEqual([]);
  });

  test('where somebody says no, who is told all of it', async () => {
    const intents: ReleaseIntent[] = [];
    const confirm = async (intent: ReleaseIntent) => {
      intents.push(intent);
      return false;
    };
    expect(await publish({ confirm })).toEqual([]);
    expect(await registry.published()).toEqual([]);
    const commit = await git(packages.root, 'rev-parse', '--short', 'HEAD');
    const here = {
      registry: `http://127.0.0.1:${registry.port}/`,
      branch: 'main',
      commit,
      distTag: 'latest',
    };
    expect(intents).toEqual([{ ...here, publish: all('0.1.0'), tag: [] }]);

    await everythingIsPublished();
    await git(packages.root, 'tag', '--delete', '@shimwright/four@0.1.0');
    await git(packages.root, 'checkout', '--quiet', '--detach');
    expect(await publish({ confirm })).toEqual([]);
    const untagged = { publish: [], tag: ['@shimwright/four@0.1.0'] };
    expect(intents[1]).toEqual({ ...here, branch: undefined, ...untagged });
    expect(await gitLines(packages.root, 'tag', '--list')).not.toContain('@shimwright/four@0.1.0');
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
    expect(await gitLines(packages.root, 'tag', '--list')).toEqual(all('0.1.0').toSorted());
  });

  test('before it said that it took a version: a second run finds that it did', async () => {
    await everythingIsPublished();
    await git(packages.root, 'tag', '--delete', '@shimwright/four@0.1.0'); // as if the answer had been lost

    expect(await publish()).toEqual([]);
    expect(await gitLines(packages.root, 'tag', '--list')).toEqual(all('0.1.0').toSorted());
  });
});

async function expectRefusal(code: string, words: string): Promise<void> {
  const before = await registry.published();
  await expect(publish()).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  expect(await registry.published()).toEqual(before);
}

function publish(options: Partial<PublishOptions> = {}): Promise<string[]> {
  // A registry that is gone is not waited for.
  return publishPackages({
    root: packages.root,
    env: { ...registry.env, pnpm_config_fetch_retries: '0' },
    ...options,
  });
}

/**
 * What `publish()` does to the packages of a test that have just been built: done once, then the repository and the
 * registry's files of that time are put back.
 */
async function everythingIsPublished(): Promise<void> {
  const kept = path.join(base, 'kept');
  if (released) {
    await cp(kept, storage(), { recursive: true });
    packages = await released.copyTo(path.join(await tempDir(), 'repository'));
  } else {
    expect(await publish()).toEqual(all('0.1.0'));
    await cp(storage(), kept, { recursive: true });
    released = await packages.copyTo(path.join(base, 'released'));
  }
}

/** Where the registry keeps what was published. */
function storage(): string {
  return path.join(base, 'registry/storage/@shimwright');
}

async function restartRegistry(): Promise<void> {
  registry = await startRegistry(path.join(base, 'registry'), registry.port);
}

/** What the registry says of the version of a package that one gets by default. */
async function view(name: string): Promise<{ readonly tags: unknown; readonly dependencies: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${registry.port}/${name.replace('/', '%2f')}`);
  const { 'dist-tags': tags, versions } = (await answer.json()) as Packument;
  return { tags, dependencies: versions[`${tags['latest']}`]?.dependencies };
}

interface Packument {
  readonly 'dist-tags': Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, { readonly dependencies?: object }>>;
}
