import type { CgroupV2Metrics } from '@shimwright/shim-api/metrics';
import type { CgroupFiles } from '../files.ts';
import { parseRdma } from '../rdma.ts';
import { readIo } from './read-io.ts';
import { readMemory } from './read-memory.ts';
import { readPressure } from './read-pressure.ts';

/** What version 2 counts. */
export async function readV2(files: CgroupFiles): Promise<Partial<CgroupV2Metrics>> {
  const [pids, cpu, memory, rdma, io, hugetlb, memoryEvents] = await Promise.all([
    readPids(files),
    readCpu(files),
    readMemory(files),
    readRdma(files),
    readIo(files),
    readHugetlb(files),
    readMemoryEvents(files),
  ]);
  return { pids, cpu, memory, rdma, io, hugetlb, memoryEvents };
}

async function readPids(files: CgroupFiles): Promise<CgroupV2Metrics['pids']> {
  const [current = 0n, limit = 0n] = await Promise.all([
    files.number('pids.current'),
    files.number('pids.max'),
  ]);
  return { current, limit };
}

async function readCpu(files: CgroupFiles): Promise<CgroupV2Metrics['cpu']> {
  const [stat, psi] = await Promise.all([files.numbers('cpu.stat'), readPressure(files, 'cpu.pressure')]);
  const numberOf = (key: string) => stat?.(key) ?? 0n;
  return {
    usageUsec: numberOf('usage_usec'),
    userUsec: numberOf('user_usec'),
    systemUsec: numberOf('system_usec'),
    nrPeriods: numberOf('nr_periods'),
    nrThrottled: numberOf('nr_throttled'),
    throttledUsec: numberOf('throttled_usec'),
    psi,
  };
}

async function readMemoryEvents(files: CgroupFiles): Promise<CgroupV2Metrics['memoryEvents']> {
  const events = await files.numbers('memory.events');
  return (
    events && {
      low: events('low'),
      high: events('high'),
      max: events('max'),
      oom: events('oom'),
      oomKill: events('oom_kill'),
    }
  );
}

async function readRdma(files: CgroupFiles): Promise<CgroupV2Metrics['rdma']> {
  const [current, limit] = await Promise.all([files.text('rdma.current'), files.text('rdma.max')]);
  return { current: parseRdma(current), limit: parseRdma(limit) };
}

async function readHugetlb(files: CgroupFiles): Promise<CgroupV2Metrics['hugetlb']> {
  const sizes = await files.names(/^hugetlb\.([^.]+)\.max$/);
  return Promise.all(
    sizes.map(async (pagesize) => {
      const [current = 0n, max = 0n] = await Promise.all(
        ['current', 'max'].map((name) => files.number(`hugetlb.${pagesize}.${name}`)),
      );
      return { current, max, pagesize };
    }),
  );
}
