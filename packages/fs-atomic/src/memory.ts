import fs from 'node:fs';

// The numbers of tmpfs and ramfs, see statfs(2).
const IN_MEMORY: readonly number[] = [0x0102_1994, 0x8584_58f6];

// Something else may be mounted there later. To be wrong about it for a moment costs some time, and nothing else: so what
// was known lately is told at once, and asked for again meanwhile.
const FRESH_FOR_MS = 1_000;
const KNOWN_FOR_MS = 60_000;
const MAX_KNOWN = 256;

interface Known {
  readonly inMemory: boolean;
  readonly atMs: number;
}

const known = new Map<string, Known>();
const asked = new Map<string, Promise<boolean>>();

/**
 * Tells whether the directory is in a file system without a disk below it, where nothing takes long. It returns a
 * promise if the system must be asked, since a network file system may take time to answer. On such a file system the
 * promise forms of this package run their steps directly, and a caller may do the same.
 */
export function isInMemory(directory: string): boolean | Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const entry = known.get(directory);
  const age = entry ? performance.now() - entry.atMs : Number.POSITIVE_INFINITY;
  if (entry && age < FRESH_FOR_MS) return entry.inMemory;
  const answer = asked.get(directory) ?? ask(directory);
  return entry && age < KNOWN_FOR_MS ? entry.inMemory : answer;
}

function ask(directory: string): Promise<boolean> {
  const answer = new Promise<boolean>((resolve) => {
    fs.statfs(directory, (error, stats) => {
      const inMemory = !error && IN_MEMORY.includes(stats.type);
      asked.delete(directory);
      if (error) known.delete(directory);
      else remember(directory, inMemory);
      resolve(inMemory);
    });
  });
  asked.set(directory, answer);
  return answer;
}

function remember(directory: string, inMemory: boolean): void {
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(directory, { inMemory, atMs: performance.now() });
}
