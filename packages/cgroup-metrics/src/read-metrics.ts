import {
  type CgroupMetrics,
  CgroupV1Metrics,
  CgroupV2Metrics,
  cgroupV1MetricsType,
  cgroupV2MetricsType,
} from '@shimwright/shim-api/metrics';
import type { Cgroups } from './cgroups.ts';
import { CgroupMetricsError } from './errors.ts';
import { CgroupFiles } from './files.ts';
import { readV1 } from './v1/read-v1.ts';
import { readV2 } from './v2/read-v2.ts';

/**
 * What a container uses now, field by field as the stock shim of containerd tells it, so that `packMetrics` of
 * `@shimwright/shim-api/metrics` makes an answer to `Stats` of it. Files are read side by side, and none on the main
 * thread. What the kernel does not count is 0, and a controller that is not there is left out.
 *
 * @param cgroups what `cgroupsOf` gave, from JSON too.
 * @throws {CgroupMetricsError} `ERR_METRICS_GONE` when all of the cgroups were removed, `ERR_METRICS_UNREADABLE` when a
 * file is there and cannot be read, `ERR_METRICS_ARGUMENT` for what `cgroupsOf` did not give.
 */
export async function readMetrics(cgroups: Cgroups): Promise<CgroupMetrics> {
  const paths = pathsOf(cgroups);
  const found = await Promise.all(Object.values(paths).map((path) => new CgroupFiles(path).exists()));
  if (!found.includes(true)) {
    const [path] = Object.values(paths);
    throw new CgroupMetricsError('ERR_METRICS_GONE', `the cgroup ${path} is not there any more`, { path });
  }
  if (cgroups.version === 2) {
    const metrics = CgroupV2Metrics.fromPartial(await readV2(new CgroupFiles(cgroups.path)));
    return { type: cgroupV2MetricsType, metrics };
  }
  const files = (name: string) => {
    const path = Object.hasOwn(paths, name) ? paths[name] : undefined;
    return path === undefined ? undefined : new CgroupFiles(path);
  };
  return { type: cgroupV1MetricsType, metrics: CgroupV1Metrics.fromPartial(await readV1(files)) };
}

function pathsOf(cgroups: Cgroups): Readonly<Record<string, string>> {
  const { version, paths, path } = Object(cgroups) as Readonly<Record<string, unknown>>;
  const all = version === 1 ? paths : version === 2 ? { path } : undefined;
  const directories = Object.values(Object(all));
  if (directories.length > 0 && directories.every((one) => typeof one === 'string' && one.startsWith('/'))) {
    return all as Readonly<Record<string, string>>;
  }
  throw new CgroupMetricsError('ERR_METRICS_ARGUMENT', 'these are no cgroups, as cgroupsOf gives them');
}
