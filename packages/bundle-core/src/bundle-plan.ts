import { isUtf8 } from 'node:buffer';
import { type Bundle, bundleAt } from './bundle.ts';
import { BundleError } from './errors.ts';
import { type BundleLocation, loadBundle } from './load-bundle.ts';
import { mappedRoot } from './mapped-root.ts';
import type { Spec } from './spec.ts';

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
  /** An abort leaves nothing of the bundle. */
  readonly signal?: AbortSignal;
}

/** All that is decided before the disk is touched. */
export interface BundlePlan {
  readonly bundle: Bundle;
  /** The content of `config.json`. */
  readonly config: string | Uint8Array;
  /** What the bundle's directory is like. */
  readonly directory: {
    readonly mode: number;
    readonly owner?: { readonly uid: number; readonly gid: number };
  };
}

/**
 * @throws {BundleError} `ERR_BUNDLE_ID`, `ERR_BUNDLE_PATH` or `ERR_BUNDLE_SPEC`.
 */
export function planBundle(options: NewBundleSyncOptions): BundlePlan {
  const { id, path, workDir } = loadBundle(options);
  const config = configOf(options.spec);
  return {
    bundle: bundleAt(id, path, workDir),
    config,
    directory: directoryFor(specOf(options.spec, config), options.mode),
  };
}

function configOf(spec: NewBundleSyncOptions['spec']): string | Uint8Array {
  if (typeof spec === 'string' || spec instanceof Uint8Array) return spec;
  try {
    return JSON.stringify(spec);
  } catch (cause) {
    throw new BundleError('ERR_BUNDLE_SPEC', `the spec cannot be written as JSON: ${reason(cause)}`, {
      cause,
    });
  }
}

function specOf(spec: NewBundleSyncOptions['spec'], config: string | Uint8Array): Spec {
  if (typeof spec !== 'string' && !(spec instanceof Uint8Array)) return spec;
  try {
    return JSON.parse(typeof config === 'string' ? config : textOf(config));
  } catch (cause) {
    throw new BundleError('ERR_BUNDLE_SPEC', `the spec is no JSON: ${reason(cause)}`, { cause });
  }
}

function textOf(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new TypeError('it is not UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

/** With a user namespace, the container's root must get through to the rootfs, and nobody else. */
function directoryFor(spec: Spec, mode: number | undefined): BundlePlan['directory'] {
  const { gid } = mappedRoot(spec);
  const hasGroups = (spec.linux?.gidMappings?.length ?? 0) > 0;
  if (!hasGroups || !process.geteuid) return { mode: mode ?? 0o700 };
  return { mode: mode ?? 0o710, owner: { uid: process.geteuid(), gid } };
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
