import { fromJson, type Int64, isObject } from '../json.ts';

/** Something that happened to a container, or its statistics. */
export interface ContainerEvent {
  /** `stats`; `oom` when the kernel killed one of its processes for want of memory; a runtime may have more. */
  readonly type: string;
  /** The container. */
  readonly id: string;
  /** The statistics, for `stats`. */
  readonly data: ContainerStats | undefined;
}

/** A limited resource, in bytes. */
export interface UsageStats {
  /** The limit; none is a number near 2⁶³ or 2⁶⁴, as a bigint. */
  readonly limit: Int64;
  /** What is in use. @default 0 */
  readonly usage?: Int64;
  /** The most that ever was. */
  readonly max?: Int64;
  /** How often the limit was hit. */
  readonly failcnt: Int64;
}

/**
 * What a container uses, as runc counts it. Beyond what is named here, a runtime may give more. A number beyond 2⁵³ is a
 * bigint, so that none is rounded: there are such limits, and a processor counts so many nanoseconds in 104 days.
 */
export interface ContainerStats {
  /** CPU time. */
  readonly cpu?: {
    /** What was used. */
    readonly usage?: {
      /** In all, in nanoseconds. */
      readonly total?: Int64;
      /** In all on each CPU, in nanoseconds; cgroup v1 only. */
      readonly percpu?: readonly Int64[];
      /** In the kernel, in nanoseconds. */
      readonly kernel: Int64;
      /** Outside of the kernel, in nanoseconds. */
      readonly user: Int64;
    };
    /** How it was held back by its quota. */
    readonly throttling?: {
      /** Periods that passed. */
      readonly periods?: Int64;
      /** Periods in which it was held back. */
      readonly throttledPeriods?: Int64;
      /** For how long in all, in nanoseconds. */
      readonly throttledTime?: Int64;
    };
  };
  /** Memory. */
  readonly memory?: {
    /** Files held in memory, in bytes. */
    readonly cache?: Int64;
    /** Memory. */
    readonly usage?: UsageStats;
    /** Memory and swap together. */
    readonly swap?: UsageStats;
    /** The kernel's for the container. */
    readonly kernel?: UsageStats;
    /** All that the kernel counts, by its names. */
    readonly raw?: Readonly<Record<string, Int64>>;
  };
  /** Processes and threads. */
  readonly pids?: {
    /** How many there are. */
    readonly current?: Int64;
    /** How many there may be; none when there is no limit. */
    readonly limit?: Int64;
  };
}

/** The event on a line of `events`. @throws {Error} for anything else. */
export function parseEvent(line: string): ContainerEvent {
  const value = fromJson(line);
  if (!isObject(value) || typeof value['type'] !== 'string' || typeof value['id'] !== 'string') {
    throw new TypeError('an event is an object with a type and an id');
  }
  const { type, id, data } = value;
  return { type, id, data: isObject(data) ? (data as ContainerStats) : undefined };
}

/** The statistics that `events --stats` prints. @throws {Error} for anything else. */
export function parseStats(text: string): ContainerStats {
  const { type, data } = parseEvent(text);
  if (type !== 'stats' || !data) throw new TypeError(`no statistics, but the event ${type}`);
  return data;
}
