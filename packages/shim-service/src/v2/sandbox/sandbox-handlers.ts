import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { SandboxHandlers } from '@shimwright/shim-api/sandbox';
import { now, unmountRootfs } from '@shimwright/task-core';
import { TtrpcError } from '@shimwright/ttrpc';
import { noteDeleted } from '../bundle-notes.ts';
import type { CgroupsOfContainers } from '../cgroups-of-containers.ts';
import type { RepeatedCalls } from '../keeper/repeated-calls.ts';
import { endStrayHolders, holdNamespaces } from './namespace-holder.ts';
import { addPodFiles, writePodFiles } from './pod-files.ts';
import { podConfig, podNamespaces } from './pod-namespaces.ts';
import type { PodSandbox } from './sandbox.ts';
import type { Sandboxes } from './sandboxes.ts';

/** What the sandbox service of a group needs. */
export interface SandboxServiceOptions {
  readonly sandboxes: Sandboxes;
  readonly cgroups: CgroupsOfContainers;
  /** The bundles of the containers that there are, by their ids. */
  readonly bundles: ReadonlyMap<string, string>;
  /** Calls that may have been done by an earlier process. */
  readonly repeated: RepeatedCalls;
  /** Called when a sandbox was asked for, whatever came of it. */
  readonly onCreated: (id: string) => void;
  /** Called when a sandbox is gone. */
  readonly onMaybeIdle: () => void;
}

/** The names that Go has for what Node calls otherwise; containerd has Go's. */
const ARCHITECTURES: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
  x64: 'amd64',
  ia32: '386',
  loong64: 'loong64',
};

/** What containerd's CRI understands, which hands it to the kubelet. */
const STATES = { ready: 'SANDBOX_READY', notReady: 'SANDBOX_NOTREADY' } as const;

/**
 * The 9 calls of the sandbox service, which `sandboxer = "shim"` of containerd 2 makes: a pod without a pause container. A small
 * process holds its namespaces.
 */
export function sandboxHandlers(options: SandboxServiceOptions): SandboxHandlers {
  const { sandboxes, cgroups, bundles, repeated, onCreated, onMaybeIdle } = options;
  return {
    createSandbox: ({ sandboxId: id, bundlePath: bundle, rootfs, options: packed, netnsPath }) => {
      if (repeated.take('CreateSandbox', id) && sandboxes.has(id)) return {};
      try {
        if (rootfs.length > 0) {
          throw TtrpcError.status('INVALID_ARGUMENT', `the sandbox ${id} needs no root file system`);
        }
        const config = podConfig(packed);
        const namespaces = podNamespaces(config, netnsPath);
        const cgroup = config?.linux?.cgroupParent ?? '';
        sandboxes.add({ id, bundle, namespaces, cgroup, createdAt: now() });
        writePodFiles(bundle, config);
        return {};
      } finally {
        onCreated(id);
      }
    },
    startSandbox: async ({ sandboxId: id }) => {
      const sandbox = sandboxes.get(id);
      const { holder, exit, namespaces, bundle } = sandbox.record;
      if (repeated.take('StartSandbox', id)) {
        if (holder) return { pid: holder.pid, createdAt: sandbox.record.createdAt };
        await endStrayHolders(bundle);
      }
      if (holder ?? exit) {
        throw TtrpcError.status('FAILED_PRECONDITION', `sandbox ${id} was started: failed precondition`);
      }
      const held = await holdNamespaces(namespaces, bundle);
      sandbox.started(held);
      return { pid: held.pid, createdAt: sandbox.record.createdAt };
    },
    platform: ({ sandboxId }) => {
      sandboxes.get(sandboxId);
      const { arch } = process;
      return { platform: { os: 'linux', architecture: ARCHITECTURES[arch] ?? arch } };
    },
    stopSandbox: async ({ sandboxId }) => {
      await sandboxes.get(sandboxId).stop();
      return {};
    },
    waitSandbox: async ({ sandboxId }) => {
      const { status, exitedAt } = await sandboxes.get(sandboxId).ended();
      return { exitStatus: status, exitedAt };
    },
    sandboxStatus: ({ sandboxId, verbose }) => statusOf(sandboxes.get(sandboxId), verbose),
    pingSandbox: ({ sandboxId }) => {
      sandboxes.get(sandboxId);
      return {};
    },
    shutdownSandbox: async ({ sandboxId: id }) => {
      if (repeated.take('ShutdownSandbox', id) && !sandboxes.has(id)) return {};
      const { bundle } = sandboxes.get(id).record;
      await sandboxes.remove(id);
      await unmountRootfs(path.join(bundle, 'rootfs')).catch(() => {}); // nothing is mounted there
      noteDeleted(bundle, { exitedAt: now() });
      onMaybeIdle();
      return {};
    },
    sandboxMetrics: async ({ sandboxId: id }) => {
      sandboxes.get(id);
      const members = [...bundles].filter(([, bundle]) => sandboxOf(bundle) === id).map(([member]) => member);
      return { metrics: { timestamp: now(), id, data: await cgroups.podMetrics(members) } };
    },
  };
}

/** Has a container that is about to be made see the files of its sandbox, if it has one here. */
export function joinSandbox(bundle: string, sandboxes: Sandboxes): void {
  const id = sandboxOf(bundle);
  const pod = id === undefined ? undefined : sandboxes.bundleOf(id);
  if (pod !== undefined) addPodFiles(bundle, pod);
}

/** The sandbox of a container, which containerd notes in the bundle; undefined where it has none. */
function sandboxOf(bundle: string): string | undefined {
  try {
    return readFileSync(path.join(bundle, 'sandbox'), 'utf8');
  } catch {
    return undefined;
  }
}

function statusOf(sandbox: PodSandbox, verbose: boolean) {
  const { id, holder, createdAt, exit, cgroup } = sandbox.record;
  const pid = holder?.pid ?? 0;
  return {
    sandboxId: id,
    pid: sandbox.isReady ? pid : 0,
    state: sandbox.isReady ? STATES.ready : STATES.notReady,
    createdAt,
    ...(exit ? { exitedAt: exit.exitedAt } : {}),
    info: verbose ? { info: JSON.stringify({ pid, cgroupParent: cgroup }) } : {},
  };
}
