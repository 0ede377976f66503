import { readFileSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bundle, Spec } from '@shimwright/bundle-core';
import { isShortage } from '@shimwright/linux-native';
import { findCgroup } from '@shimwright/shim-client';
import { hasCode } from './errors.ts';

/** How long the processes of an OCI runtime that was killed may take to end. */
const PATIENCE_MS = 1_000;
const POLL_MS = 10;

/**
 * Removes the cgroups that an OCI runtime has made for a container which it then did not come to know, as it was killed.
 * One that is in use stays.
 */
export async function removeCgroups(bundle: Bundle, signal: AbortSignal | undefined): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (const directory of cgroupsOf(bundle)) {
    while (!(await isRemoved(directory)) && Date.now() < deadline)
      await delay(POLL_MS, undefined, { signal });
  }
}

async function isRemoved(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    return !hasCode(error, 'EBUSY', 'ENOTEMPTY');
  }
}

function cgroupsOf(bundle: Bundle): readonly string[] {
  try {
    const spec: Spec = JSON.parse(readFileSync(path.join(bundle.path, 'config.json'), 'utf8'));
    const cgroup = spec.linux?.cgroupsPath ?? '';
    // Another kind of path is systemd's, or relative to a cgroup that nobody remembers.
    return path.isAbsolute(cgroup) && path.normalize(cgroup) !== '/' ? findCgroup(cgroup) : [];
  } catch (error) {
    if (isShortage(error)) throw error;
    return []; // there is none
  }
}
