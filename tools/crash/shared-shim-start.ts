import path from 'node:path';
import type { Bundle } from '@shimwright/bundle-core';
import {
  newClient,
  type SharedOptions,
  type ShimClient,
  ShimClientError,
  type ShimConfig,
  withConnect,
  withShared,
  withSharedConnect,
} from '@shimwright/shim-client';
import { sharedControlSocket } from '@shimwright/shim-host';
import { shimProgram } from '@shimwright/shim-service';

// The process ends that much later than its last shim.
const GRACE_MS = 20;

/** Our own shim, in a process that several could share. */
function optionsFor(root: string): SharedOptions {
  const { command, args } = shimProgram();
  return {
    command,
    args: [...args, '--grace', String(GRACE_MS)],
    controlSocket: path.join(root, 's/control'),
    address: `unix://${root}/s/one`,
    daemonAddress: path.join(root, 'daemon'),
  };
}

const configOf = (root: string, bundle: Bundle): ShimConfig => ({
  path: bundle.path,
  workDir: bundle.workDir,
  namespace: 'crash',
  criu: '',
  runtimeRoot: path.join(root, 'runc'),
  systemdCgroup: false,
});

/** Starts the shim of a bundle, and the process for it, and leaves it to itself. */
export async function startSharedShim(root: string, bundle: Bundle): Promise<void> {
  const shim = await started(root, bundle);
  await shim.close();
}

/**
 * What a manager does that comes back: it connects to the shim, or starts one where nobody listens; and later it stops
 * that, and deletes the bundle.
 */
export async function goOnShared(root: string, bundle: Bundle): Promise<void> {
  // One that was started but not kept ends by itself, which may be just now.
  let shim = await connected(root, bundle);
  while (!(await shim?.isAlive())) {
    await shim?.close();
    shim = (await connected(root, bundle)) ?? (await started(root, bundle));
  }
  await shim?.stopShim();
  await shim?.close();
  await bundle.delete();
}

async function started(root: string, bundle: Bundle): Promise<ShimClient> {
  return newClient(configOf(root, bundle), withShared(optionsFor(root)));
}

async function connected(root: string, bundle: Bundle): Promise<ShimClient | undefined> {
  const options = optionsFor(root);
  const isShared = (await sharedControlSocket(bundle.path)) !== undefined;
  const reach = isShared ? withSharedConnect(options) : withConnect(options);
  try {
    return await newClient(configOf(root, bundle), reach);
  } catch (error) {
    if (error instanceof ShimClientError && error.code === 'ERR_SHIM_UNREACHABLE') return undefined;
    throw error;
  }
}
