// What `recover` takes, and what it is measured against: `recover-ours.ts BASE TOKEN`, see turns.ts.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { defaultSpec, loadBundle, newBundleSync } from '@shimwright/bundle-core';
import { newShimClient, recover, type ShimClient, shimConnect, shimRemote } from '@shimwright/runtime-v1';
import { saveAddressSync } from '@shimwright/shim-address';
import { execa } from 'execa';
import { fewAtATime } from '../few-at-a-time.ts';
import { contend } from './turns.ts';

/** How many things are done at a time, on both sides. */
const AT_ONCE = 16;

const [base = '', token = ''] = process.argv.slice(2);
if (!path.isAbsolute(base) || token === '') throw new Error('BASE and TOKEN are missing');
const namespace = 'bench';
const daemonAddress = path.join(base, 'manager.sock');
const config = { shim: 'containerd-shim', runtimeRoot: path.join(base, 'runc'), socketRoot: base };
const containers = path.join(config.runtimeRoot, namespace);
const [dead, live] = ['dead', 'live'].map((name) => rootsIn(path.join(base, name))) as [Roots, Roots];
const sockets = path.join(base, 's');

interface Roots {
  readonly path: string;
  readonly workDir: string;
}

function rootsIn(directory: string): Roots {
  return { path: path.join(directory, 'state'), workDir: path.join(directory, 'root') };
}

const idsOf = (count: number) => Array.from({ length: count }, (_, index) => `web-${index}`);

/** A container that has ended, and that the OCI runtime still knows: the others are made after it. */
async function model(): Promise<string> {
  const id = 'model';
  const kept = path.join(base, id);
  if (existsSync(kept)) return kept;
  const spec = defaultSpec({ args: ['/bin/true'], cgroupsPath: `/${token}-${id}` });
  const bundle = newBundleSync({ id, ...rootsIn(path.join(base, 'model-roots')), spec });
  await execa('mount', ['--bind', '-o', 'ro', '/', path.join(bundle.path, 'rootfs')]);
  const runc = (...args: string[]) => execa('runc', ['--root', containers, ...args], { stdin: 'ignore' });
  await execa('runc', ['--root', containers, 'create', '--bundle', bundle.path, id], { stdio: 'ignore' });
  await runc('kill', id, 'KILL');
  while (JSON.parse((await runc('state', id)).stdout).status !== 'stopped');
  cpSync(path.join(containers, id), kept, { recursive: true, filter: (file) => !file.endsWith('.fifo') });
  await runc('delete', id);
  await execa('umount', [path.join(bundle.path, 'rootfs')]);
  bundle.deleteSync();
  return kept;
}

/** What shims and containers leave that have all ended: to the last file, but for the mounts. */
async function plantDead(count: number): Promise<readonly string[]> {
  const state = readFileSync(path.join(await model(), 'state.json'), 'utf8');
  mkdirSync(sockets, { recursive: true, mode: 0o700 });
  const ids = idsOf(count);
  for (const [index, id] of ids.entries()) {
    const spec = defaultSpec({ args: ['/bin/true'], cgroupsPath: `/${token}-${id}` });
    const bundle = newBundleSync({ id, ...dead, spec });
    saveAddressSync(bundle.path, `unix://${path.join(sockets, index.toString(16).padStart(64, '0'))}`);
    for (const name of ['shim.pid', 'init.pid']) writeFileSync(path.join(bundle.path, name), '999999999');
    writeFileSync(path.join(bundle.path, 'log.json'), '');
    for (const name of ['stdout', 'stderr']) writeFileSync(path.join(bundle.workDir, `shim.${name}.log`), '');
    mkdirSync(path.join(containers, id), { recursive: true, mode: 0o711 });
    writeFileSync(
      path.join(containers, id, 'state.json'),
      state.replaceAll(`${token}-model`, `${token}-${id}`),
    );
  }
  return ids;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function recoverDead(count: number): Promise<number> {
  await plantDead(count);
  const took = await timed(async () => {
    const findings = await recover(config, {
      ...dead,
      namespace,
      daemonAddress,
      clean: true,
      concurrency: AT_ONCE,
      settleMs: 0,
    });
    if (findings.filter(({ cleaned, exit }) => cleaned && exit).length !== count)
      throw new Error(JSON.stringify(findings[0]));
  });
  proveEmpty();
  return took;
}

/** The same by the tools that there are: as many calls of the OCI runtime, as many at a time, and then `rm -rf`. */
async function removeDead(count: number): Promise<number> {
  const ids = await plantDead(count);
  const runc = ['runc', '--root', containers, 'delete', '--force'];
  const took = await timed(async () => {
    await execa('xargs', ['-P', String(AT_ONCE), '-n', '1', ...runc], { input: ids.join('\n') });
    await execa('rm', ['-rf', dead.path, dead.workDir]);
  });
  proveEmpty();
  return took;
}

async function recoverBundlesAlone(count: number): Promise<number> {
  await plantDead(count);
  rmSync(containers, { recursive: true });
  return timed(() =>
    recover(config, { ...dead, namespace, daemonAddress, clean: true, concurrency: AT_ONCE, settleMs: 0 }),
  );
}

async function removeBundlesAlone(count: number): Promise<number> {
  await plantDead(count);
  rmSync(containers, { recursive: true });
  return timed(() => execa('rm', ['-rf', dead.path, dead.workDir]));
}

function proveEmpty(): void {
  const left = [containers, dead.path, dead.workDir].filter(
    (root) => existsSync(root) && readdirSync(root).length > 0,
  );
  if (left.length > 0) throw new Error(`not empty: ${left.join(', ')}`);
}

const shims = new Map<string, ShimClient>();

async function startLive(count: number): Promise<readonly string[]> {
  const ids = idsOf(count);
  for (const id of ids.filter((each) => !shims.has(each))) {
    const spec = defaultSpec({ args: ['/bin/true'] });
    const bundle = newBundleSync({ id, ...live, spec });
    const shim = await newShimClient(bundle, namespace, shimRemote(config, { daemonAddress }));
    shims.set(id, shim);
    await shim.close();
  }
  return ids;
}

async function recoverLive(count: number): Promise<number> {
  await startLive(count);
  return timed(async () => {
    const findings = await recover(config, {
      ...live,
      namespace,
      daemonAddress,
      clean: true,
      concurrency: AT_ONCE,
    });
    if (findings.filter(({ found }) => found === 'live-shim').length !== count)
      throw new Error('not all live');
  });
}

async function connectLive(count: number): Promise<number> {
  const ids = await startLive(count);
  return timed(() =>
    fewAtATime(AT_ONCE, ids, async (id) => {
      await using shim = await newShimClient(loadBundle({ id, ...live }), namespace, shimConnect(config));
      await shim.shimInfo({});
    }),
  );
}

await contend({
  dead: recoverDead,
  'rm-dead': removeDead,
  'bundles-alone': recoverBundlesAlone,
  'rm-bundles-alone': removeBundlesAlone,
  live: recoverLive,
  'connect-live': connectLive,
});
for (const id of shims.keys()) {
  const bundle = loadBundle({ id, ...live });
  await using shim = await newShimClient(bundle, namespace, shimConnect(config));
  await shim.stopShim();
  bundle.deleteSync();
}
