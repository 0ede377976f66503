import path from 'node:path';
import { type Bundle, newShimClient, type ShimClient, shimConnect, shimRemote } from '@shimwright/runtime-v1';
import { shimAddress } from '@shimwright/shim-address';
import { ShimClientError } from '@shimwright/shim-client';

const NAMESPACE = 'crash';

/** The stock shim, all of whose files and sockets are below `root`. */
const configOf = (root: string) => ({
  shim: 'containerd-shim',
  socketRoot: root,
  runtimeRoot: path.join(root, 'runc'),
});

/** What tells managers apart; nobody listens there. */
const daemonAddress = (root: string): string => path.join(root, 'daemon');

/** Where the shim of a bundle listens. */
export function addressOf(root: string, id: string): string {
  return shimAddress({ daemonAddress: daemonAddress(root), namespace: NAMESPACE, id, socketRoot: root });
}

/** Starts the shim of a bundle, and leaves it to itself. */
export async function startShim(root: string, bundle: Bundle): Promise<void> {
  const shim = await started(root, bundle);
  await shim.close();
}

/**
 * What a manager does that comes back: it connects to the shim, or starts one where nobody listens; and later it stops
 * that, and deletes the bundle.
 */
export async function goOn(root: string, bundle: Bundle): Promise<void> {
  const shim = (await connected(root, bundle)) ?? (await started(root, bundle));
  await stop(shim);
  await bundle.delete();
}

/** What a manager does that wants no container any more. */
export async function giveUp(root: string, bundle: Bundle): Promise<void> {
  const shim = await connected(root, bundle);
  if (shim) await stop(shim);
  await bundle.delete();
}

async function started(root: string, bundle: Bundle): Promise<ShimClient> {
  const remote = shimRemote(configOf(root), { daemonAddress: daemonAddress(root) });
  return newShimClient(bundle, NAMESPACE, remote);
}

/** Undefined where nobody listens. */
async function connected(root: string, bundle: Bundle): Promise<ShimClient | undefined> {
  try {
    return await newShimClient(bundle, NAMESPACE, shimConnect(configOf(root)));
  } catch (error) {
    if (error instanceof ShimClientError && error.code === 'ERR_SHIM_UNREACHABLE') return undefined;
    throw error;
  }
}

async function stop(shim: ShimClient): Promise<void> {
  if (!(await shim.isAlive())) throw new Error('the shim does not answer');
  await shim.stopShim();
  await shim.close();
}
