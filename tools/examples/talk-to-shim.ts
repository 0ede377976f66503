// Talks to the shim of a container that somebody else runs, such as containerd with its runtime v1: finds its socket, asks
// what is going on, and leaves again. The container goes on. `talk-to-shim.ts NAMESPACE ID [STATE-DIRECTORY]`
import { loadBundle, newShimClient, shimConnect } from '@shimwright/runtime-v1';

const [namespace = 'default', id = '', state = '/run/containerd/io.containerd.runtime.v1.linux'] =
  process.argv.slice(2);

// The bundle holds the address of the shim; nothing else of it is needed. Where only the address is known, it is
// `withConnect({ address })` of @shimwright/shim-client that connects.
const bundle = loadBundle({
  id,
  path: `${state}/${namespace}`,
  workDir: `/var/lib/containerd/unused/${namespace}`,
});
const shim = await newShimClient(bundle, namespace, shimConnect({}));

const { shimPid } = await shim.shimInfo({});
const { status, pid } = await shim.state({ id }, { timeoutMs: 5_000 });
const { processes } = await shim.listPids({ id });
console.log(`shim ${shimPid}: ${id} is ${status}, process ${pid} of ${processes.length}`);
await shim.close();
