import type { MemoryV2 } from '@shimwright/shim-api/metrics';
import type { CgroupFiles } from '../files.ts';
import { readPressure } from './read-pressure.ts';

/** Memory. */
export async function readMemory(files: CgroupFiles): Promise<MemoryV2> {
  const [stat, psi, usage, usageLimit, maxUsage, swapUsage, swapLimit, swapMaxUsage] = await Promise.all([
    files.numbers('memory.stat'),
    readPressure(files, 'memory.pressure'),
    files.number('memory.current'),
    files.number('memory.max'),
    files.number('memory.peak'),
    files.number('memory.swap.current'),
    files.number('memory.swap.max'),
    files.number('memory.swap.peak'),
  ]);
  return {
    ...statOf((key) => stat?.(key) ?? 0n),
    usage: usage ?? 0n,
    usageLimit: usageLimit ?? 0n,
    maxUsage: maxUsage ?? 0n,
    swapUsage: swapUsage ?? 0n,
    swapLimit: swapLimit ?? 0n,
    swapMaxUsage: swapMaxUsage ?? 0n,
    psi,
  };
}

function statOf(stat: (key: string) => bigint) {
  return {
    anon: stat('anon'),
    file: stat('file'),
    kernelStack: stat('kernel_stack'),
    slab: stat('slab'),
    sock: stat('sock'),
    shmem: stat('shmem'),
    fileMapped: stat('file_mapped'),
    fileDirty: stat('file_dirty'),
    fileWriteback: stat('file_writeback'),
    anonThp: stat('anon_thp'),
    inactiveAnon: stat('inactive_anon'),
    activeAnon: stat('active_anon'),
    inactiveFile: stat('inactive_file'),
    activeFile: stat('active_file'),
    unevictable: stat('unevictable'),
    slabReclaimable: stat('slab_reclaimable'),
    slabUnreclaimable: stat('slab_unreclaimable'),
    pgfault: stat('pgfault'),
    pgmajfault: stat('pgmajfault'),
    workingsetRefault: stat('workingset_refault'),
    workingsetActivate: stat('workingset_activate'),
    workingsetNodereclaim: stat('workingset_nodereclaim'),
    pgrefill: stat('pgrefill'),
    pgscan: stat('pgscan'),
    pgsteal: stat('pgsteal'),
    pgactivate: stat('pgactivate'),
    pgdeactivate: stat('pgdeactivate'),
    pglazyfree: stat('pglazyfree'),
    pglazyfreed: stat('pglazyfreed'),
    thpFaultAlloc: stat('thp_fault_alloc'),
    thpCollapseAlloc: stat('thp_collapse_alloc'),
  };
}
