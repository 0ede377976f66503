import type { CgroupV1Metrics } from '@shimwright/shim-api/metrics';
import type { CgroupFiles } from '../files.ts';
import { parseRdma } from '../rdma.ts';
import { readBlkio } from './read-blkio.ts';
import { readCpu } from './read-cpu.ts';
import { readMemory, readOomControl } from './read-memory.ts';

/** The files of a controller; undefined where it is not there. */
export type FilesOf = (controller: string) => CgroupFiles | undefined;

/** What version 1 counts. The stock shim leaves the network and the states of tasks out, and so do we. */
export async function readV1(filesOf: FilesOf): Promise<Partial<CgroupV1Metrics>> {
  const [hugetlb, pids, cpu, memory, memoryOomControl, blkio, rdma] = await Promise.all([
    readHugetlb(filesOf('hugetlb')),
    readPids(filesOf('pids')),
    readCpu(filesOf('cpuacct'), filesOf('cpu')),
    readMemory(filesOf('memory')),
    readOomControl(filesOf('memory')),
    readBlkio(filesOf('blkio')),
    readRdma(filesOf('rdma')),
  ]);
  return { hugetlb, pids, cpu, memory, memoryOomControl, blkio, rdma };
}

async function readPids(files: CgroupFiles | undefined): Promise<CgroupV1Metrics['pids']> {
  const current = await files?.number('pids.current');
  const limit = (await files?.text('pids.max'))?.trim();
  if (!files || current === undefined || limit === undefined) return undefined;
  return { current, limit: limit === 'max' ? 0n : files.parse('pids.max', limit) };
}

async function readHugetlb(files: CgroupFiles | undefined): Promise<CgroupV1Metrics['hugetlb']> {
  const sizes = (await files?.names(/^hugetlb\.([^.]+)\.usage_in_bytes$/)) ?? [];
  return Promise.all(
    sizes.map(async (pagesize) => {
      const [usage = 0n, max = 0n, failcnt = 0n] = await Promise.all(
        ['usage_in_bytes', 'max_usage_in_bytes', 'failcnt'].map((name) =>
          files?.number(`hugetlb.${pagesize}.${name}`),
        ),
      );
      return { usage, max, failcnt, pagesize };
    }),
  );
}

async function readRdma(files: CgroupFiles | undefined): Promise<CgroupV1Metrics['rdma']> {
  const [current, limit] = await Promise.all([files?.text('rdma.current'), files?.text('rdma.max')]);
  if (current === undefined || limit === undefined) return undefined;
  return { current: parseRdma(current), limit: parseRdma(limit) };
}
