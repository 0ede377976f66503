import { stat } from 'node:fs/promises';
import path from 'node:path';
import { defaultSpec, type RunnableSpec, type SpecMount } from '@shimwright/bundle-core';
import { ContainerError } from './errors.ts';
import { makeDirectories } from './make-directories.ts';
import { badOption } from './options/bad-option.ts';
import { defaultCapabilities } from './options/capabilities.ts';
import type { ContainerMount, ContainerOptions, LimitOptions } from './options/container-options.ts';
import { isRoot, type Place } from './place.ts';
import type { ContainerFiles } from './root/container-files.ts';

/** A quota of cgroups counts within this time; it is the kernel's own default. */
const CPU_PERIOD_US = 100_000;

const DEFAULT_TMPFS_BYTES = 64 * 1024 * 1024;

/** What is known of a container before it is made. */
export interface SpecRequest {
  readonly id: string;
  readonly place: Place;
  readonly options: ContainerOptions;
  readonly files: ContainerFiles;
  readonly annotations: Readonly<Record<string, string>>;
}

/** @throws {BundleError} `ERR_BUNDLE_SPEC`. @throws {ContainerError} `ERR_CONTAINER_ARGUMENT`. */
export async function specOf(request: SpecRequest): Promise<RunnableSpec> {
  const { id, place, options, files, annotations } = request;
  const { args, env, user } = files;
  const { pidsLimit, network = 'none', terminal = false } = options;
  if (user && !isRoot() && (user.uid !== 0 || user.gid !== 0)) {
    throw new ContainerError(
      'ERR_CONTAINER_ROOTLESS',
      `a user who is not root has no more than user 0 in a container, and not ${user.uid}:${user.gid}: give \`user: '0'\`, or run as root`,
      { id, option: 'user' },
    );
  }
  const mounts = await Promise.all((options.mounts ?? []).map((mount) => specMount(mount, place)));
  const spec = defaultSpec({
    ...{ args, env, terminal, cwd: files.workdir },
    hostname: options.hostname ?? hostnameOf(id),
    rootfs: files.rootPath,
    readonlyRootfs: options.readonly ?? false,
    capabilities: options.capabilities ?? defaultCapabilities,
    network: network === 'none' ? 'private' : network,
    mounts: [...(network === 'none' ? [] : await nameService()), ...mounts],
    ...(user && { user }),
    ...(pidsLimit !== undefined && { pidsLimit }),
    ...(isRoot() && { cgroupsPath: cgroupOf(place, id) }),
  });
  spec.linux.resources = { ...spec.linux.resources, ...resourcesOf(options) };
  spec.annotations = { ...annotations };
  return spec;
}

/** The cgroup of a container, from the root of the hierarchies. */
export function cgroupOf({ namespace }: Place, id: string): string {
  return `/shimwright-${namespace}-${id}`;
}

/** The limits in the words of `linux.resources` of the OCI runtime spec; only those that are given. */
export function resourcesOf({ memoryBytes, cpus, pidsLimit }: LimitOptions) {
  return {
    ...(pidsLimit !== undefined && { pids: { limit: pidsLimit === 'unlimited' ? -1 : pidsLimit } }),
    // As much with swap as without: it gets none.
    ...(memoryBytes !== undefined && { memory: { limit: memoryBytes, swap: memoryBytes } }),
    ...(cpus !== undefined && {
      cpu: { quota: Math.max(1_000, Math.round(cpus * CPU_PERIOD_US)), period: CPU_PERIOD_US },
    }),
  };
}

function hostnameOf(id: string): string {
  return id.slice(0, 64);
}

async function specMount(mount: ContainerMount, place: Place): Promise<SpecMount> {
  const { target: destination } = mount;
  if (mount.type === 'tmpfs') {
    const size = Math.ceil((mount.sizeBytes ?? DEFAULT_TMPFS_BYTES) / 1024);
    return {
      destination,
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'nodev', 'mode=1777', `size=${size}k`],
    };
  }
  const source = mount.type === 'volume' ? await volume(place, mount.source) : mount.source;
  if (!(await stat(source).catch(() => undefined))) {
    throw badOption('mounts', `names ${source}, which is not there`);
  }
  return {
    destination,
    type: 'bind',
    source,
    options: ['rbind', 'rprivate', 'nodev', mount.readonly ? 'ro' : 'rw'],
  };
}

async function volume({ volumes }: Place, name: string): Promise<string> {
  const directory = path.join(volumes, name);
  await makeDirectories(directory, 0o755);
  return directory;
}

/** What names are looked up by, where the network is one that has names. */
async function nameService(): Promise<SpecMount[]> {
  const files = ['/etc/resolv.conf', '/etc/hosts'];
  const found = await Promise.all(
    files.map((file) =>
      stat(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return files
    .filter((_, index) => found[index])
    .map((file) => ({ destination: file, type: 'bind', source: file, options: ['bind', 'rprivate', 'ro'] }));
}
