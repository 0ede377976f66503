import fs from 'node:fs';

// The numbers of tmpfs and ramfs, see statfs(2).
const IN_MEMORY: readonly number[] = [0x0102_1994, 0x8584_58f6];

// Something else may be mounted there later. To be wrong about it for a moment costs some time, and nothing else.
const KNOWN_FOR_MS = 1_000;
const MAX_KNOWN = 256;

const known = new Map<string, { readonly inMemory: boolean; readonly until: number }>();

/**
 * Whether the directory is in a file system that has no disk below it, where nothing takes long. A promise where the
 * system must be asked, which a network file system may take its time to answer. The promise forms of this package do
 * their steps at once there; what a caller does beside them may do so too.
 */
export function isInMemory(directory: string): boolean | Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const entry = known.get(directory);
  if (entry && entry.until > performance.now()) return entry.inMemory;
  return new Promise((resolve) => {
    fs.statfs(directory, (error, stats) => {
      const inMemory = !error && IN_MEMORY.includes(stats.type);
      if (!error) remember(directory, inMemory);
      resolve(inMemory);
    });
  });
}

function remember(directory: string, inMemory: boolean): void {
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(directory, { inMemory, until: performance.now() + KNOWN_FOR_MS });
}
