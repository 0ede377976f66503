// `pnpm release:rehearse`: releases what is committed to a registry of its own, and uses it as strangers would.
import { AssertionError, deepEqual, equal } from 'node:assert/strict';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { fewAtATime } from '../few-at-a-time.ts';
import { leftovers, removeLeftovers } from '../leftovers.ts';
import { NEED_RUNTIME, packageName, ROOT } from '../packed/workspace-packages.ts';
import { Consumer } from './consumer.ts';
import { git, gitLines } from './git.ts';
import { type NodeLine, nodeLines } from './node-line.ts';
import { publishSnapshot } from './publish-snapshot.ts';
import { type Registry, startRegistry } from './registry.ts';
import { buildClone, commitClone, scratchClone, versionClone } from './scratch-clone.ts';
import { tryPackage } from './try-package.ts';
import { type Manifest, workspacePackages } from './workspace.ts';

/** The least that `engines` promises, and the newest of each line since. */
const NODE_VERSIONS = ['22.18.0', '24', '26'];

const started = performance.now();
const base = await mkdtemp(path.join(tmpdir(), 'shimwright-rehearsal-'));
const interruption = new AbortController();
// A listener that stays: once there is none but execa's own, that ends this process at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interruption.abort();
    void removeAll().finally(() => process.exit(1));
  });
}
try {
  await rehearse();
  tell('the release would do');
} catch (error) {
  if (!interruption.signal.aborted) {
    console.error(error instanceof AssertionError ? error.message : error);
  }
  process.exitCode = 1;
} finally {
  await removeAll();
}

/** Ends what is still running, which could be anything after a failure, and removes the files. */
async function removeAll(): Promise<void> {
  if (process.platform === 'linux') await removeLeftovers(path.basename(base), base);
  else await rm(base, { recursive: true, force: true });
}

async function rehearse(): Promise<void> {
  const root = path.join(base, 'repository');
  await using registry = await startRegistry(path.join(base, 'registry'));
  const [lines] = await Promise.all([
    nodeLines(path.join(base, 'node'), NODE_VERSIONS),
    scratchClone(ROOT, root).then(() => forgetReleases(root)),
  ]);
  const versions = lines.map(({ version }) => version).join(', ');
  tell(`a registry on port ${registry.port}, a clone of what is committed, and Node ${versions}`);

  if ((await gitLines(root, 'ls-files', '.changeset/*.md')).length > 0) await versionClone(root);
  await buildClone(root);
  tell('versions and builds');
  await release(root, registry);
  deepEqual(await registry.published(), await versionsIn(root));
  await release(root, registry, 'The registry has all of it already.');
  tell('published, and a second run has nothing to do');

  await tryAll(root, registry, lines);
  await releasePatch(root, registry, lines);
  await releaseSnapshot(root, registry);
  await nothingLeft();
}

/** The registry here is new, whatever was released to the real one. */
async function forgetReleases(root: string): Promise<void> {
  for (const tag of await gitLines(root, 'tag', '--list')) await git(root, 'tag', '--delete', tag);
}

/** Runs what the release workflow runs. */
async function release(root: string, registry: Registry, says = 'Published:'): Promise<void> {
  await registry.mustBeUsedIn(root);
  const args = [path.join(root, 'tools/release/publish.ts')];
  const env = { ...registry.env, NODE_OPTIONS: '' };
  const { stdout } = await execa(process.execPath, args, { cwd: root, env });
  equal(stdout.split('\n').includes(says), true, stdout);
}

/** All packages as they are in a repository now, each as `name@version`. */
async function versionsIn(root: string): Promise<string[]> {
  const packages = await workspacePackages(root);
  return packages.map(({ manifest }) => tagOf(manifest)).toSorted();
}

async function tryAll(root: string, { env }: Registry, lines: readonly NodeLine[]): Promise<void> {
  const canRun = process.platform === 'linux' && process.getuid?.() === 0;
  const directory = path.join(base, 'consumers');
  await fewAtATime(2, await workspacePackages(root), async (one) => {
    equal(one.manifest.engines?.['node'], `>=${NODE_VERSIONS[0]?.replace(/\.0$/, '')}`);
    const runsUsage = canRun || !NEED_RUNTIME.includes(one.folder);
    await tryPackage(one, { directory, env, lines, root, runsUsage });
    tell(`${one.manifest.name}${runsUsage ? '' : ', but its usage example, which needs Linux and root'}`);
  });
}

/** A fix in the package below all others must reach them without a release of theirs. */
async function releasePatch(root: string, registry: Registry, lines: readonly NodeLine[]): Promise<void> {
  const before = await registry.published();
  await changePackage(root, 'fs-atomic', 'export const REHEARSED = true;');
  await versionClone(root);
  await buildClone(root);
  await release(root, registry);

  const name = packageName('fs-atomic');
  const moved = (await registry.published()).filter((version) => !before.includes(version));
  deepEqual(
    moved,
    (await versionsIn(root)).filter((version) => version.startsWith(`${name}@`)),
  );
  const consumer = await consumerOf('runtime-v1', 'patched', registry);
  for (const line of lines) {
    const program = `import { REHEARSED } from '${name}'; console.log(REHEARSED);`;
    equal(await consumer.run(line, 'patched.mjs', program), 'true');
  }
  tell(`a patch moved ${moved.join(', ')} alone, and who installs @shimwright/runtime-v1 gets it`);
}

/** A snapshot must come with all that uses it, and only to those who ask for it. */
async function releaseSnapshot(root: string, registry: Registry): Promise<void> {
  await changePackage(root, 'shim-api', 'export const REHEARSED = true;');
  const snapshot = await publishSnapshot(root, 'next', { env: registry.env });
  const asked = await oursIn(await consumerOf('runtime-v1@next', 'snapshot', registry));
  const inSnapshot = asked.filter(({ name }) => snapshot.some((version) => version.startsWith(`${name}@`)));
  const names = inSnapshot.map(({ name }) => name);
  deepEqual(
    ['runtime-v1', 'shim-api'].map(packageName).filter((name) => !names.includes(name)),
    [],
  );
  deepEqual(
    inSnapshot.map(tagOf).filter((version) => !snapshot.includes(version)),
    [],
  );
  const others = await oursIn(await consumerOf('runtime-v1', 'no-snapshot', registry));
  deepEqual(
    others.map(tagOf).filter((version) => snapshot.includes(version)),
    [],
  );
  tell(
    'a snapshot of @shimwright/shim-api came to who installs @shimwright/runtime-v1@next, and to nobody else',
  );
}

async function changePackage(root: string, folder: string, code: string): Promise<void> {
  await appendFile(path.join(root, 'packages', folder, 'src/index.ts'), `\n${code}\n`);
  const changeset = `---\n"${packageName(folder)}": patch\n---\n\nRehearsed.\n`;
  await writeFile(path.join(root, '.changeset/rehearsed.md'), changeset);
  await commitClone(root, `fix(${folder}): a rehearsal`);
}

function consumerOf(folder: string, directory: string, { env }: Registry): Promise<Consumer> {
  return Consumer.install(path.join(base, 'consumers', directory), 'npm', [packageName(folder)], env);
}

async function oursIn(consumer: Consumer): Promise<Manifest[]> {
  const installed = [...(await consumer.installed()).values()];
  return installed.filter(({ name }) => name.startsWith(packageName('')));
}

function tagOf({ name, version }: Manifest): string {
  return `${name}@${version}`;
}

/** A shim that serves many ends a while after its last container. */
async function nothingLeft(): Promise<void> {
  const token = path.basename(base);
  const left = () => leftovers(token).filter((one) => !one.includes('verdaccio'));
  for (let tries = 0; left().length > 0 && tries < 50; tries += 1) await delay(200);
  deepEqual(left(), []);
}

function tell(what: string): void {
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}`);
}
