import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { assertPlatform } from '@shimwright/linux-native';
import { OciRuntime } from '@shimwright/oci-runtime';
import { messageOf } from '../errors.ts';
import { isRoot, type Place } from '../place.ts';
import { hasOverlay } from '../root/overlay.ts';
import { runtimeRoot } from '../task.ts';
import type { DoctorFinding } from './finding.ts';

/** How long a program may take to tell its version. */
const LIMIT_MS = 10_000;

/** Whether this is a system that has containers at all. */
export function platformFinding(): DoctorFinding {
  const base = {
    name: 'platform',
    required: true,
    found: `${process.platform} ${release()} on ${process.arch}`,
  };
  try {
    assertPlatform();
    return { ...base, ok: true, advice: undefined };
  } catch (error) {
    return { ...base, ok: false, advice: messageOf(error) };
  }
}

/** The OCI runtime, and whether it can filter system calls. */
export async function runtimeFindings(place: Place): Promise<DoctorFinding[]> {
  const runtime = new OciRuntime({
    command: place.runtime,
    root: path.join(runtimeRoot(place), place.namespace),
    timeoutMs: LIMIT_MS,
  });
  try {
    const { name, command, reason } = await runtime.chosen();
    const { version } = await runtime.version();
    const found = `${name} ${version} at ${command}: ${reason}`;
    return [
      { name: 'runtime', ok: true, required: true, found, advice: undefined },
      await seccompFinding(runtime),
    ];
  } catch (error) {
    const advice = 'On Debian: apt-get install runc';
    return [{ name: 'runtime', ok: false, required: true, found: messageOf(error), advice }];
  }
}

async function seccompFinding(runtime: OciRuntime): Promise<DoctorFinding> {
  const base = { name: 'seccomp', required: true };
  const features = await runtime.features().catch(() => undefined);
  if (!features)
    return {
      ...base,
      ok: true,
      found: 'the runtime does not tell; those of distributions have it',
      advice: undefined,
    };
  if (features.linux?.seccomp?.enabled)
    return { ...base, ok: true, found: 'the runtime filters system calls', advice: undefined };
  return {
    ...base,
    ok: false,
    found: 'the runtime was built without it',
    advice: 'Use the runtime of your distribution',
  };
}

/** Whether containers share the files of their image. */
export async function overlayFinding({ dataDir }: Place): Promise<DoctorFinding> {
  const base = { name: 'overlayfs', required: false };
  if (isRoot() && (await hasOverlay(dataDir)))
    return { ...base, ok: true, found: `works below ${dataDir}`, advice: undefined };
  const found = `does not work below ${dataDir}${isRoot() ? '' : ' for users who are not root'}, so each container copies its files`;
  const advice = isRoot()
    ? 'modprobe overlay, or a data directory on ext4, xfs or btrfs'
    : 'Run as root where containers are many or large';
  return { ...base, ok: false, found, advice };
}

/** What pulls images, and what unpacks them. */
export function imageToolFindings(): Promise<DoctorFinding[]> {
  return Promise.all(['skopeo', 'umoci'].map(imageToolFinding));
}

async function imageToolFinding(name: string): Promise<DoctorFinding> {
  const base = { name, required: false };
  try {
    const { stdout } = await promisify(execFile)(name, ['--version'], {
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    return { ...base, ok: true, found: stdout.split('\n')[0] ?? '', advice: undefined };
  } catch {
    return {
      ...base,
      ok: false,
      found: 'not found; it is needed for images',
      advice: `On Debian: apt-get install ${name}`,
    };
  }
}

const CNI_DIRECTORIES = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'];

/** What can give a container a network of its own. */
export function cniFinding(): DoctorFinding {
  const base = { name: 'cni', required: false };
  const directory = CNI_DIRECTORIES.find((each) => existsSync(path.join(each, 'bridge')));
  if (directory !== undefined)
    return { ...base, ok: true, found: `plugins in ${directory}`, advice: undefined };
  const found = "no plugins, so containers have no network, the host's, or one that you make";
  return { ...base, ok: false, found, advice: 'On Debian: apt-get install containernetworking-plugins' };
}
