import path from 'node:path';
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

  /** What a pod uses now, whose cgroup has those of these containers; nothing where it has none yet. */
  async podMetrics(ids: readonly string[]): Promise<Any> {
    const found = await Promise.all(ids.map((id) => this.#found.get(id)));
    const [cgroups] = found.filter((each) => each !== undefined);
    if (!cgroups) return packMetrics({ type: cgroupV2MetricsType, metrics: {} });
    return metricsOf(parentOf(cgroups));
  }

  /** What a container uses now; nothing once its cgroups are gone. @throws {TtrpcError} `NOT_FOUND` where there are none. */
  async metrics(id: string): Promise<Any> {
    const cgroups = await this.#found.get(id);
    if (!cgroups) throw TtrpcError.status('NOT_FOUND', 'cgroup does not exist: not found');
    return metricsOf(cgroups);
  }
}

async function metricsOf(cgroups: Cgroups): Promise<Any> {
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

function parentOf(cgroups: Cgroups): Cgroups {
  if (cgroups.version === 2) return { ...cgroups, path: path.dirname(cgroups.path) };
  const paths = Object.entries(cgroups.paths).map(([name, directory]) => [name, path.dirname(directory)]);
  return { ...cgroups, paths: Object.fromEntries(paths) };
}

function isGone(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_METRICS_GONE';
}
