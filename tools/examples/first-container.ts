// The shortest way through runtime-v1: a command in a container, what it prints, how it ends, and nothing left.
import { mkdtemp, rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { defaultSpec, newBundle, newShimClient, shimRemote, TaskIO } from '@shimwright/runtime-v1';

const home = await mkdtemp('/run/first-');
const id = 'hello';
const spec = defaultSpec({ args: ['echo', 'hello from a container'], cgroupsPath: `/first-${process.pid}` });
const bundle = await newBundle({ id, path: `${home}/state`, workDir: `${home}/work`, spec });

const config = { runtimeRoot: `${home}/runc`, socketRoot: home };
await using shim = await newShimClient(
  bundle,
  'first',
  shimRemote(config, { daemonAddress: `${home}/events` }),
);
await using io = await TaskIO.create(`${home}/io`);

const rootfs = [{ type: 'bind', source: '/', options: ['bind', 'ro'] }]; // this machine's files, read-only
await shim.create({ id, bundle: bundle.path, rootfs, ...io.paths });
await shim.start({ id });
const { stdout } = io.streams();
if (stdout) console.log((await text(stdout)).trim());
console.log('it ended with', (await shim.wait({ id })).exitStatus);

await shim.delete({});
await shim.stopShim();
await bundle.delete();
await rm(home, { recursive: true });
