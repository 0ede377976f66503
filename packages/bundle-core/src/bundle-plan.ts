import { isUint8Array } from 'node:util/types';
import { type Bundle, bundleAt } from './bundle.ts';
import { checkMode } from './check-options.ts';
import { BundleError } from './errors.ts';
import { type BundleLocation, loadBundle } from './load-bundle.ts';
import { decode } from './load-spec.ts';
import { mappedRoot } from './mapped-root.ts';
import { checkSpec } from './spec/check-spec.ts';
import type { Spec } from './spec/spec.ts';
import { stringifySpec } from './spec/stringify-spec.ts';

/** What a new bundle is made from. */
export interface NewBundleSyncOptions extends BundleLocation {
  /** The OCI runtime spec, as an object or as JSON, which is written as it is. */
  readonly spec: Spec | string | Uint8Array;
  /**
   * The permissions of the bundle's directory, exactly; containerd before CVE-2021-41103 had 0o711.
   *
   * @default 0o700; where the spec maps groups, 0o710 with the group of the container's root
   */
  readonly mode?: number;
}

/** What a new bundle is made from, and how long to go on. */
export interface NewBundleOptions extends NewBundleSyncOptions {
  /** An abort leaves nothing of the bundle; once it is whole but for its name, an abort has no effect. */
  readonly signal?: AbortSignal;
}

/** All that is decided before the disk is touched. */
export interface BundlePlan {
  readonly bundle: Bundle;
  /** The content of `config.json`. It is text, so that what the caller does with its bytes meanwhile does not matter. */
  readonly config: string;
  /** What the bundle's directory is like. */
  readonly directory: {
    readonly mode: number;
    readonly owner?: { readonly uid: number; readonly gid: number };
  };
}

/**
 * @throws {BundleError} `ERR_BUNDLE_ID`, `ERR_BUNDLE_PATH`, `ERR_BUNDLE_SPEC`, `ERR_BUNDLE_ROOTLESS` or
 * `ERR_BUNDLE_ARGUMENT`.
 */
export function planBundle(options: NewBundleSyncOptions): BundlePlan {
  const { id, path, workDir } = loadBundle(options);
  const mode = checkMode(options.mode);
  const { config, spec } = configOf(options.spec);
  return { bundle: bundleAt(id, path, workDir), config, directory: directoryFor(spec, mode) };
}

function configOf(given: NewBundleSyncOptions['spec']): Pick<BundlePlan, 'config'> & { readonly spec: Spec } {
  if (typeof given === 'string') return { config: given, spec: checkSpec(given) };
  if (isUint8Array(given)) return configOf(decode(given));
  const config = stringifySpec(given);
  // What is written is what counts: an object may have its own idea of how it looks as JSON.
  return { config, spec: hasToJson(given) || hasToJson(given.linux) ? checkSpec(config) : given };
}

function hasToJson(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'toJSON' in value;
}

/** With a user namespace, the container's root must get through to the rootfs, and nobody else. */
function directoryFor(spec: Spec, mode: number | undefined): BundlePlan['directory'] {
  const { gid } = mappedRoot(spec);
  const hasGroups = (spec.linux?.gidMappings?.length ?? 0) > 0;
  if (!hasGroups || !process.geteuid) return { mode: mode ?? 0o700 };
  if (mayGiveTo(gid)) return { mode: mode ?? 0o710, owner: { uid: process.geteuid(), gid } };
  if (mode !== undefined && (mode & 0o001) !== 0) return { mode };
  throw new BundleError(
    'ERR_BUNDLE_ROOTLESS',
    `the container's root has the group ${gid} on the host, and only root can give it the bundle: map group 0 to your own, ${process.getegid?.()}, or give the mode 0o711, which lets everybody through`,
    { field: 'linux.gidMappings' },
  );
}

function mayGiveTo(gid: number): boolean {
  return (
    process.geteuid?.() === 0 || process.getegid?.() === gid || process.getgroups?.().includes(gid) === true
  );
}
