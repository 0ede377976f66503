import { fileURLToPath } from 'node:url';
import { checkChoice, checkObject, checkText } from '../checks/option-value.ts';
import { invalidValue } from '../spec/invalid-value.ts';
import type { Linux } from '../spec/linux.ts';
import type { Process } from '../spec/process.ts';
import type { Root, Spec, SpecMount } from '../spec/spec.ts';
import { linuxOf } from './linux-of.ts';
import { mappingsOf } from './mappings.ts';
import { mountsOf } from './mounts-of.ts';
import type { DefaultSpecOptions } from './options.ts';
import { processOf } from './process-of.ts';

/** A spec that has all the parts needed to run. */
export interface RunnableSpec extends Spec {
  /** The container's first process. */
  process: Process;
  /** The root file system. */
  root: Root;
  /** What is mounted over it. */
  mounts: SpecMount[];
  /** What only Linux has. */
  linux: Linux;
}

/**
 * Returns a hardened spec that runs one command. It has its own namespaces of every kind that the kernel isolates well,
 * two capabilities, none inheritable or ambient, no new privileges, a read-only root, masked parts of `/proc` and `/sys`,
 * only harmless devices, and limits on processes, files and core dumps. When rootless, it also has a user namespace. The
 * filter of system calls is that of `defaultSeccomp`. The object is new each time, and you may change it.
 *
 * @throws {BundleError} `ERR_BUNDLE_SPEC`, with the `field`, for a spec that could not run or would run as something
 * else: no command, a NUL byte, an id out of range or not mapped, a relative path.
 */
export function defaultSpec(options: DefaultSpecOptions): RunnableSpec {
  const {
    hostname = 'container',
    rootfs = 'rootfs',
    readonlyRootfs = true,
  } = checkObject(options, 'options');
  const mapped = mappingsOf(options);
  return {
    // The oldest that has all of this: some runtimes refuse a version that is newer than they are.
    ociVersion: '1.0.2',
    process: processOf(options, mapped),
    root: { path: checkRootfs(rootfs), readonly: checkChoice(readonlyRootfs, 'root.readonly') },
    hostname: checkHostname(hostname),
    mounts: mountsOf(options, mapped),
    linux: linuxOf(options, mapped),
  };
}

function checkHostname(hostname: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(checkText(hostname, 'hostname'))) return hostname;
  throw invalidValue(
    'hostname',
    `${JSON.stringify(hostname)} is no name of at most 64 letters, digits, ".", "-" and "_"`,
  );
}

function checkRootfs(rootfs: string | URL): string {
  const path = checkText(rootfsPath(rootfs), 'root.path');
  if (path !== '') return path;
  throw invalidValue('root.path', 'is empty');
}

function rootfsPath(rootfs: unknown): unknown {
  // By its shape, since a URL of another realm is no instance of ours.
  if (typeof rootfs !== 'object' || rootfs === null || !('href' in rootfs)) return rootfs;
  try {
    return fileURLToPath(String(rootfs.href));
  } catch (cause) {
    throw invalidValue('root.path', `${String(rootfs.href)} is the URL of no file`, cause);
  }
}
