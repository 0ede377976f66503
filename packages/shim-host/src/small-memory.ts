/**
 * Variables for a process that serves many containers, see mallopt(3). A burst of containers leaves holes in the memory of the C library,
 * which gives them back to the kernel sooner with these than by itself: the blocks from 64 KiB on are mappings of their own, and stay so
 * where it would raise that limit by what it has freed, and threads share an arena.
 */
export const SMALL_MEMORY: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
};
