import type { CpuV1 } from '@shimwright/shim-api/metrics';
import type { CgroupFiles } from '../files.ts';

// The kernel's USER_HZ, in which `cpuacct.stat` counts; it is 100 on all architectures that Node runs on.
const NANOSECONDS_PER_TICK = 10_000_000n;

/** Processor time, which two controllers count. It is always there, as in the stock shim's answer. */
export async function readCpu(
  cpuacct: CgroupFiles | undefined,
  cpu: CgroupFiles | undefined,
): Promise<CpuV1> {
  const [times, total, perCpu, throttling] = await Promise.all([
    cpuacct?.numbers('cpuacct.stat'),
    cpuacct?.number('cpuacct.usage'),
    cpuacct?.text('cpuacct.usage_percpu'),
    cpu?.numbers('cpu.stat'),
  ]);
  return {
    usage: {
      total: total ?? 0n,
      kernel: (times?.('system') ?? 0n) * NANOSECONDS_PER_TICK,
      user: (times?.('user') ?? 0n) * NANOSECONDS_PER_TICK,
      perCpu: (perCpu?.match(/\d+/g) ?? []).map(BigInt),
    },
    throttling: {
      periods: throttling?.('nr_periods') ?? 0n,
      throttledPeriods: throttling?.('nr_throttled') ?? 0n,
      throttledTime: throttling?.('throttled_time') ?? 0n,
    },
  };
}
