import { constants } from 'node:os';
import { type Bundle, listBundles } from '@shimwright/bundle-core';
import { newShimClient, recover, shimConnect } from '@shimwright/runtime-v1';
import { chooseRuntime } from './choose-runtime.ts';
import { type Layout, namespace } from './layout.ts';

const { SIGKILL } = constants.signals;

/** How long it may take: enough for a machine under load, and short enough for somebody who waits. */
export const MAX_MS = 15_000;

/** Ends and removes what an interrupted demo has left: a container that lives by its shim, all else by `recover`. */
export async function cleanUp({ base, state, root, config, daemonAddress }: Layout): Promise<void> {
  const signal = AbortSignal.timeout(MAX_MS);
  const roots = { path: state, workDir: root };
  for (const bundle of await listBundles(roots)) await endShim(bundle, config, signal);
  const { command: runtime } = await chooseRuntime(base);
  await recover(config, {
    ...roots,
    namespace,
    daemonAddress,
    runOptions: { runtime },
    settleMs: 0,
    clean: true,
    signal,
  });
}

/** One that cannot be reached any more is dead, and `recover` cleans it. */
async function endShim(bundle: Bundle, config: Layout['config'], signal: AbortSignal): Promise<void> {
  try {
    await using shim = await newShimClient(bundle, namespace, shimConnect(config), {}, { signal });
    await shim.kill({ id: bundle.id, signal: SIGKILL, all: true }, { signal }).catch(() => {}); // it may have ended
    await shim.wait({ id: bundle.id }, { signal }).catch(() => {}); // or never begun
    await shim.delete({}, { signal }).catch(() => {});
    await shim.stopShim({ signal });
  } catch {
    // see above
  }
}
