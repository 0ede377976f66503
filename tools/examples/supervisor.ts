// A supervisor that may be killed at any time. Its containers do not notice: they run on, and write to their logs; the next
// supervisor finds them again, and hears how those ended that did meanwhile. `supervisor.ts DIRECTORY`, as often as one likes.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import {
  type Bundle,
  defaultSpec,
  listBundles,
  newBundle,
  newShimClient,
  recover,
  type ShimClient,
  ShimClientError,
  shimConnect,
  shimRemote,
} from '@shimwright/runtime-v1';

/** What is to run, each in a container. */
const SERVICES: Readonly<Record<string, string>> = {
  clock: 'for i in 1 2 3 4 5 6; do echo tick $i; sleep 0.5; done',
  worker: 'sleep 1; echo done; exit 3',
};

const home = String(process.argv[2]);
const namespace = 'supervised';
const roots = { path: `${home}/state`, workDir: `${home}/work` };
const daemonAddress = `${home}/supervisor`;
const config = { runtimeRoot: `${home}/runc`, socketRoot: home };

await mkdir(`${home}/logs`, { recursive: true, mode: 0o700 });

// What a crash left half made or dead is cleaned away; what lives is not touched. No other program makes bundles here, so
// young ones need not be waited for.
const options = { ...roots, namespace, daemonAddress, clean: true, settleMs: 0 };
for (const { id, found } of await recover(config, options)) console.log(`${id}: found, ${found}`);

const bundles = new Map((await listBundles(roots)).map((bundle) => [bundle.id, bundle]));
await Promise.all(Object.entries(SERVICES).map(([id, script]) => supervise(id, script)));

async function supervise(id: string, script: string): Promise<void> {
  // The last supervisor may have been killed between any two steps, so each is taken where it was not yet.
  const bundle = bundles.get(id) ?? (await make(id, script));
  await using shim = await reach(bundle);
  let { pid, status } = await shim.state({ id }).catch(() => ({ status: 'none', pid: 0 }));
  if (status === 'none') ({ pid } = await create(shim, bundle));
  if (status === 'none' || status === 'CREATED') await shim.start({ id });
  console.log(`${id}: process ${pid} ${status === 'RUNNING' || status === 'STOPPED' ? status : 'started'}`);

  const { exitStatus } = await shim.wait({ id });
  await shim.delete({});
  await shim.stopShim();
  await bundle.delete();
  console.log(`${id}: ended with ${exitStatus}`);
}

async function make(id: string, script: string): Promise<Bundle> {
  const spec = defaultSpec({ args: ['sh', '-c', script], cgroupsPath: `/${path.basename(home)}-${id}` });
  return newBundle({ id, ...roots, spec });
}

async function reach(bundle: Bundle): Promise<ShimClient> {
  try {
    return await newShimClient(bundle, namespace, shimConnect(config));
  } catch (error) {
    if (!(error instanceof ShimClientError && error.code === 'ERR_SHIM_UNREACHABLE')) throw error;
    return newShimClient(bundle, namespace, shimRemote(config, { daemonAddress }));
  }
}

async function create(shim: ShimClient, { id, path: directory }: Bundle): Promise<{ readonly pid: number }> {
  const rootfs = [{ type: 'bind', source: '/', options: ['bind', 'ro'] }]; // that of this machine, read-only
  const log = `file://${home}/logs/${id}`; // the shim writes it, whoever else lives
  return shim.create({ id, bundle: directory, rootfs, stdout: log, stderr: log });
}
