import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { findCgroup } from '@shimwright/shim-client';

// Of version 1 and of version 2; each has a line `oom_kill N`.
const FILES = ['memory.oom_control', 'memory.events'];

/** Whether the kernel has killed a process of a cgroup for want of memory; false where it cannot be told. */
export async function isOomKilled(cgroup: string): Promise<boolean> {
  const texts = await Promise.all(
    directoriesOf(cgroup).flatMap((directory) =>
      FILES.map((file) => readFile(path.join(directory, file), 'utf8').catch(() => '')),
    ),
  );
  return texts.some((text) => /^oom_kill [1-9]/m.test(text));
}

function directoriesOf(cgroup: string): readonly string[] {
  try {
    return findCgroup(cgroup);
  } catch {
    return []; // it has none, or none that can be seen
  }
}
