import type { MemoryEntryV1, MemoryOomControlV1, MemoryV1 } from '@shimwright/shim-api/metrics';
import type { CgroupFiles } from '../files.ts';

/** Memory; a kind of it that the kernel does not count has zeros. */
export async function readMemory(files: CgroupFiles | undefined): Promise<MemoryV1 | undefined> {
  const [stat, usage, swap, kernel, kernelTcp] = await Promise.all([
    files?.numbers('memory.stat'),
    readEntry(files, 'memory'),
    readEntry(files, 'memory.memsw'),
    readEntry(files, 'memory.kmem'),
    readEntry(files, 'memory.kmem.tcp'),
  ]);
  return stat && { ...ownOf(stat), ...totalOf(stat), usage, swap, kernel, kernelTcp };
}

/** What happens when memory is used up. */
export async function readOomControl(
  files: CgroupFiles | undefined,
): Promise<MemoryOomControlV1 | undefined> {
  const control = await files?.numbers('memory.oom_control');
  return (
    control && {
      oomKillDisable: control('oom_kill_disable'),
      underOom: control('under_oom'),
      oomKill: control('oom_kill'),
    }
  );
}

async function readEntry(files: CgroupFiles | undefined, kind: string): Promise<MemoryEntryV1> {
  const [limit = 0n, usage = 0n, max = 0n, failcnt = 0n] = await Promise.all(
    ['limit_in_bytes', 'usage_in_bytes', 'max_usage_in_bytes', 'failcnt'].map((name) =>
      files?.number(`${kind}.${name}`),
    ),
  );
  return { limit, usage, max, failcnt };
}

type Numbers = (key: string) => bigint;

/** Of this cgroup, and its limits. */
function ownOf(stat: Numbers) {
  return {
    cache: stat('cache'),
    rss: stat('rss'),
    rssHuge: stat('rss_huge'),
    mappedFile: stat('mapped_file'),
    dirty: stat('dirty'),
    writeback: stat('writeback'),
    pgPgIn: stat('pgpgin'),
    pgPgOut: stat('pgpgout'),
    pgFault: stat('pgfault'),
    pgMajFault: stat('pgmajfault'),
    inactiveAnon: stat('inactive_anon'),
    activeAnon: stat('active_anon'),
    inactiveFile: stat('inactive_file'),
    activeFile: stat('active_file'),
    unevictable: stat('unevictable'),
    hierarchicalMemoryLimit: stat('hierarchical_memory_limit'),
    hierarchicalSwapLimit: stat('hierarchical_memsw_limit'),
  };
}

/** Of this cgroup and those below it. */
function totalOf(stat: Numbers) {
  return {
    totalCache: stat('total_cache'),
    totalRss: stat('total_rss'),
    totalRssHuge: stat('total_rss_huge'),
    totalMappedFile: stat('total_mapped_file'),
    totalDirty: stat('total_dirty'),
    totalWriteback: stat('total_writeback'),
    totalPgPgIn: stat('total_pgpgin'),
    totalPgPgOut: stat('total_pgpgout'),
    totalPgFault: stat('total_pgfault'),
    totalPgMajFault: stat('total_pgmajfault'),
    totalInactiveAnon: stat('total_inactive_anon'),
    totalActiveAnon: stat('total_active_anon'),
    totalInactiveFile: stat('total_inactive_file'),
    totalActiveFile: stat('total_active_file'),
    totalUnevictable: stat('total_unevictable'),
  };
}
