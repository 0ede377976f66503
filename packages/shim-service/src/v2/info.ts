import { OciRuntime } from '@shimwright/oci-runtime';
import { Any, ociFeaturesType, packJson } from '@shimwright/shim-api';
import { RuncOptions, RuntimeInfo } from '@shimwright/shim-api/task-v2';
import { spawnRuntime } from '@shimwright/task-core';
import { ownVersion } from '../own-version.ts';
import { shimOptions } from './options.ts';

/**
 * Does `-info`: what this runtime is, with these options, and what the OCI runtime below it can do.
 *
 * @param stdin an `Any` with options, or nothing.
 */
export async function info(stdin: Uint8Array): Promise<Uint8Array> {
  const { runc } = await shimOptions(stdin.length > 0 ? Any.decode(stdin) : undefined);
  const features = await featuresOf(runc);
  const options = { typeUrl: 'containerd.runc.v1.Options', value: RuncOptions.encode(runc).finish() };
  const described = RuntimeInfo.fromPartial({
    name: 'io.containerd.shimwright.v2',
    version: { version: ownVersion(), revision: '' },
    options,
    ...(features ? { features } : {}),
  });
  return RuntimeInfo.encode(described).finish();
}

/** Undefined for a runtime that is missing, or too old to tell. */
async function featuresOf({ binaryName }: RuncOptions): Promise<Any | undefined> {
  try {
    const runtime = new OciRuntime({ command: binaryName || undefined, spawn: spawnRuntime });
    const { checkpoint: _, ...features } = await runtime.features(); // which is what ours makes of the rest
    return packJson(ociFeaturesType, features);
  } catch {
    return undefined;
  }
}
