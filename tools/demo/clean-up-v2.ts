import { constants } from 'node:os';
import { type Bundle, listBundles, newShimClient, recover, shimConnect } from '@shimwright/runtime-v2';
import { MAX_MS } from './clean-up.ts';
import { type Layout, namespace } from './layout.ts';

const { SIGKILL } = constants.signals;

/** Ends and removes what an interrupted demo of runtime v2 has left: a container that lives by its shim, all else by `recover`. */
export async function cleanUpV2({ state, root, config, daemonAddress }: Layout): Promise<void> {
  const signal = AbortSignal.timeout(MAX_MS);
  const roots = { path: state, workDir: root };
  for (const bundle of await listBundles(roots)) await endShim(bundle, config, signal);
  await recover(config, { ...roots, namespace, daemonAddress, settleMs: 0, clean: true, signal });
}

/** One that cannot be reached any more is dead, and `recover` cleans it. */
async function endShim(bundle: Bundle, config: Layout['config'], signal: AbortSignal): Promise<void> {
  try {
    await using shim = await newShimClient(bundle, namespace, shimConnect(config), {}, { signal });
    await shim.kill({ signal: SIGKILL, all: true }, { signal }).catch(() => {}); // it may have ended
    await shim.wait({}, { signal }).catch(() => {}); // or never begun
    await shim.delete({}, { signal }).catch(() => {});
    await shim.stopShim({ signal });
  } catch {
    // see above
  }
}
