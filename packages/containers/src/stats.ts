import { setTimeout as delay } from 'node:timers/promises';
import { type Cgroups, cgroupsOf, readMetrics } from '@shimwright/cgroup-metrics';
import { identify, isRunning, type ProcessIdentity } from '@shimwright/linux-native';
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

/** The first process of a container, and where its cgroups are. */
export interface Measured {
  readonly process: ProcessIdentity;
  readonly cgroups: Cgroups;
}

/**
 * Finds the cgroups of a container; undefined once it has ended.
 *
 * @param pidNow tells the id of its first process, while that runs. It is asked before and after: in between, the id could have become
 * that of another process.
 */
export async function measured(pidNow: () => Promise<number | undefined>): Promise<Measured | undefined> {
  for (;;) {
    const pid = await pidNow();
    if (pid === undefined) return undefined;
    const process = identify(pid);
    const cgroups = process && (await cgroupsOf(pid).catch(noneIfGone));
    const isSame = (await pidNow()) === pid && process !== undefined && isRunning(process);
    if (cgroups && isSame) return { process, cgroups };
  }
}

/** Readings of the cgroups of a container until it has ended. */
export async function* readStats(
  { process, cgroups }: Measured,
  { intervalMs = 1_000, signal }: StatsOptions,
): AsyncGenerator<ContainerStats, void, void> {
  let last: Reading | undefined;
  while (!signal?.aborted) {
    const found = await readMetrics(cgroups).catch(noneIfGone);
    // Another container may have cgroups of the same name by now.
    if (!found || !isRunning(process)) return;
    const reading = readingOf(found);
    yield { ...reading, cpuPercent: last ? percent(last, reading) : 0 };
    last = reading;
    await delay(intervalMs, undefined, signal && { signal }).catch(() => {}); // it is over then
  }
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
