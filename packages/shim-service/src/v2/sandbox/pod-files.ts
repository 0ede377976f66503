import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { atomicWriteFileSync } from '@shimwright/fs-atomic';
import type { PodSandboxConfig } from '@shimwright/shim-api/sandbox';

const WORLD_READABLE = 0o644;

/** The files of a pod that its containers see, by where that is. */
const FILES = {
  '/etc/hostname': 'hostname',
  '/etc/hosts': 'hosts',
  '/etc/resolv.conf': 'resolv.conf',
} as const;

/** Writes the files that the containers of a pod have of it, as a pause container's have. */
export function writePodFiles(bundle: string, config: PodSandboxConfig | undefined): void {
  const { hostname = '', dnsConfig } = config ?? {};
  const write = (name: string, content: string) =>
    writeFileSync(path.join(bundle, name), content, { mode: WORLD_READABLE });
  write(FILES['/etc/hostname'], `${hostname || readQuietly('/proc/sys/kernel/hostname').trim()}\n`);
  write(FILES['/etc/hosts'], readQuietly('/etc/hosts'));
  write(FILES['/etc/resolv.conf'], dnsConfig ? resolvConf(dnsConfig) : readQuietly('/etc/resolv.conf'));
}

function resolvConf({ servers, searches, options }: NonNullable<PodSandboxConfig['dnsConfig']>): string {
  const lines = [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

interface Mount {
  readonly destination: string;
}

/** Has a container see the files of its pod where nothing else is to be seen. A daemon leaves that to whoever makes the sandbox. */
export function addPodFiles(container: string, pod: string): void {
  const file = path.join(container, 'config.json');
  const spec = JSON.parse(readFileSync(file, 'utf8')) as { readonly mounts?: readonly Mount[] };
  const { mounts = [] } = spec;
  const taken = new Set(mounts.map(({ destination }) => destination));
  const added = Object.entries(FILES)
    .filter(([destination]) => !taken.has(destination))
    .map(([destination, name]) => ({
      destination,
      type: 'bind',
      source: path.join(pod, name),
      options: ['rbind', 'rprivate', 'rw'],
    }));
  const settings = { mode: 0o600, fsync: false, fsyncDirectory: false } as const;
  if (added.length > 0) {
    atomicWriteFileSync(file, JSON.stringify({ ...spec, mounts: [...mounts, ...added] }), settings);
  }
}

function readQuietly(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
