import { BundleError } from './errors.ts';
import { checkIdMappings, hostId } from './id-mapping.ts';
import type { Spec } from './spec/spec.ts';

/** A user and a group of the host. */
export interface HostIds {
  /** The user id. */
  readonly uid: number;
  /** The group id. */
  readonly gid: number;
}

/**
 * Tells which user of the host the container's root is: the id that 0 is mapped to. Without mappings, or if they leave
 * out 0, that is 0, as in containerd.
 *
 * @throws {BundleError} `ERR_BUNDLE_SPEC` for mappings that the kernel would refuse: ids that are not 32-bit numbers, a
 * size of 0, ranges that overlap or end beyond the last id, more than 340 of them.
 */
export function mappedRoot(spec: Spec): HostIds {
  const linux = linuxOf(spec);
  return {
    uid: hostId(checkIdMappings(linux.uidMappings, 'linux.uidMappings'), 0) ?? 0,
    gid: hostId(checkIdMappings(linux.gidMappings, 'linux.gidMappings'), 0) ?? 0,
  };
}

/** The spec may come straight from a file, so its type is but a promise. */
function linuxOf(spec: unknown): { readonly uidMappings?: unknown; readonly gidMappings?: unknown } {
  if (!isObject(spec)) throw new BundleError('ERR_BUNDLE_SPEC', 'the spec is no JSON object');
  const linux = spec['linux'] ?? {};
  if (isObject(linux)) return linux;
  throw new BundleError('ERR_BUNDLE_SPEC', 'linux is no object', { field: 'linux' });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
