import { setTimeout as delay } from 'node:timers/promises';
import { cgroupsOf, readMetrics } from '@shimwright/cgroup-metrics';
import { cgroupV1MetricsType } from '@shimwright/shim-api/metrics';
import { codeOf } from './errors.ts';

/** What a container uses at a moment. */
export interface ContainerStats {
  /** When it was read. */
  readonly time: Date;
  /** All processor time until now. */
  readonly cpuMs: number;
  /** Processor time since the reading before, in percent of one processor; 0 in the first. */
  readonly cpuPercent: number;
  /** Memory, what is kept of files included. */
  readonly memoryBytes: number;
  /** The limit of that; undefined where there is none. */
  readonly memoryLimitBytes: number | undefined;
  /** Processes and threads. */
  readonly pids: number;
}

type Reading = Omit<ContainerStats, 'cpuPercent'>;

/** Which readings, and until when. */
export interface StatsOptions {
  /** From one reading to the next. @default 1000 */
  readonly intervalMs?: number | undefined;
  /** Ends them; that is no error. */
  readonly signal?: AbortSignal | undefined;
}

// "No limit" of version 1 is the largest number of whole pages; no machine has a 2⁶² of anything.
const NO_LIMIT = 2n ** 62n;

/** Readings of the cgroups of a process until the container has ended. */
export async function* readStats(
  pid: number,
  { intervalMs = 1_000, signal }: StatsOptions,
): AsyncGenerator<ContainerStats, void, void> {
  const read = await reader(pid);
  let last: Reading | undefined;
  while (!signal?.aborted) {
    const reading = await read();
    if (!reading) return;
    yield { ...reading, cpuPercent: last ? percent(last, reading) : 0 };
    last = reading;
    await delay(intervalMs, undefined, signal && { signal }).catch(() => {}); // it is over then
  }
}

/** Reads what the cgroups of a process count; undefined once they are gone. */
async function reader(pid: number): Promise<() => Promise<Reading | undefined>> {
  const cgroups = await cgroupsOf(pid).catch(noneIfGone);
  return async () => {
    const found = cgroups && (await readMetrics(cgroups).catch(noneIfGone));
    return found && readingOf(found);
  };
}

function noneIfGone(error: unknown): undefined {
  if (codeOf(error) === 'ERR_METRICS_GONE') return undefined;
  throw error;
}

function readingOf(found: Awaited<ReturnType<typeof readMetrics>>): Reading {
  const time = new Date();
  if (found.type === cgroupV1MetricsType) {
    const { cpu, memory, pids } = found.metrics;
    return {
      time,
      cpuMs: Number(cpu?.usage?.total ?? 0n) / 1e6,
      memoryBytes: Number(memory?.usage?.usage ?? 0n),
      memoryLimitBytes: limitOf(memory?.usage?.limit),
      pids: Number(pids?.current ?? 0n),
    };
  }
  const { cpu, memory, pids } = found.metrics;
  return {
    time,
    cpuMs: Number(cpu?.usageUsec ?? 0n) / 1e3,
    memoryBytes: Number(memory?.usage ?? 0n),
    memoryLimitBytes: limitOf(memory?.usageLimit),
    pids: Number(pids?.current ?? 0n),
  };
}

function limitOf(limit: bigint | undefined): number | undefined {
  return limit === undefined || limit === 0n || limit >= NO_LIMIT ? undefined : Number(limit);
}

function percent(last: Reading, now: Reading): number {
  const wallMs = now.time.getTime() - last.time.getTime();
  return wallMs > 0 ? ((now.cpuMs - last.cpuMs) / wallMs) * 100 : 0;
}
