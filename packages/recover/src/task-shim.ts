import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bundle } from '@shimwright/bundle-core';
import { isShortage } from '@shimwright/linux-native';
import { loadAddressSync, socketPath } from '@shimwright/shim-address';
import { deleteTask, loadShimBinary } from '@shimwright/shim-client/v2';
import { freeSocketPath } from '@shimwright/shim-host';
import { DEFAULT_RUNTIME_ROOT, type Site } from './site.ts';

/** Whether the shim of a bundle is, or was, one of runtime v2. */
function isTaskBundle({ path: bundlePath }: Bundle): boolean {
  return loadShimBinary(bundlePath) !== undefined;
}

/** What the OCI runtime keeps of the container of a bundle, if it is runc or one like it. A shim of runtime v2 has noted where. */
export function containerStateOf(bundle: Bundle, { runtimeRoot, namespace }: Site): string {
  if (!isTaskBundle(bundle)) return path.join(runtimeRoot, bundle.id);
  return path.join(notedRoot(bundle) || DEFAULT_RUNTIME_ROOT, namespace, bundle.id);
}

/**
 * Has the program of a dead shim of runtime v2 kill and delete the container of its bundle: only that knows of what kind it is.
 * For bundles of runtime v1, it does nothing.
 *
 * @param state what the OCI runtime keeps of the container.
 * @throws why it could not, where nobody else can do it: the program of 1.6 fails for a bundle in which no container was made.
 */
export async function deleteByProgram(bundle: Bundle, site: Site, state: string): Promise<void> {
  if (!isTaskBundle(bundle)) return;
  const { id, path: bundlePath, workDir } = bundle;
  const { namespace, daemonAddress, signal } = site;
  try {
    const config = { id, path: bundlePath, workDir, namespace };
    await deleteTask(config, { daemonAddress, ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    // Our own runtime looks at one place only.
    if (existsSync(state) && path.dirname(state) !== site.runtimeRoot) throw error;
  }
  // To delete the bundle removes no socket that other bundles may use.
  const address = loadAddressSync(bundlePath);
  if (address !== undefined) await freeSocketPath(socketPath(address)).catch(() => {});
}

function notedRoot({ path: bundlePath }: Bundle): string {
  try {
    const { root } = JSON.parse(readFileSync(path.join(bundlePath, 'options.json'), 'utf8'));
    return typeof root === 'string' ? root : '';
  } catch (error) {
    if (isShortage(error)) throw error;
    return ''; // no container was made there
  }
}
