import { type Cgroups, cgroupsOf, readMetrics } from '@shimwright/cgroup-metrics';
import type { Any } from '@shimwright/shim-api';
import { cgroupV1MetricsType, cgroupV2MetricsType, packMetrics } from '@shimwright/shim-api/metrics';
import { TtrpcError } from '@shimwright/ttrpc';

/** Where the use of each container is counted. They are found while it lives, and read also when it has ended. */
export class CgroupsOfContainers {
  readonly #found = new Map<string, Promise<Cgroups | undefined>>();

  /** Looks for those of a container. */
  find(id: string, pid: number): void {
    if (pid !== 0)
      this.#found.set(
        id,
        cgroupsOf(pid).catch(() => undefined),
      );
  }

  forget(id: string): void {
    this.#found.delete(id);
  }

  /** What a container uses now; nothing once its cgroups are gone. @throws {TtrpcError} `NOT_FOUND` where there are none. */
  async metrics(id: string): Promise<Any> {
    const cgroups = await this.#found.get(id);
    if (!cgroups) throw TtrpcError.status('NOT_FOUND', 'cgroup does not exist: not found');
    try {
      return packMetrics(await readMetrics(cgroups));
    } catch (error) {
      if (!isGone(error)) throw error;
      return packMetrics(
        cgroups.version === 1
          ? { type: cgroupV1MetricsType, metrics: {} }
          : { type: cgroupV2MetricsType, metrics: {} },
      );
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_METRICS_GONE';
}
