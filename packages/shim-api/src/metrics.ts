/// <reference types="node" preserve="true" />
// The entry `@shimwright/shim-api/metrics`.
import { ShimApiError } from './errors.ts';
import { CgroupV1Metrics } from './gen/containerd/metrics-v1.ts';
import { CgroupV2Metrics } from './gen/containerd/metrics-v2.ts';
import type { Any } from './gen/google/protobuf/any.ts';
import { shownType, typeNameOf } from './type-name.ts';
import type { DeepPartial } from './wire.ts';

export type {
  BlkioEntryV1,
  BlkioV1,
  CgroupTasksV1,
  CpuThrottlingV1,
  CpuUsageV1,
  CpuV1,
  HugetlbV1,
  MemoryEntryV1,
  MemoryOomControlV1,
  MemoryV1,
  NetworkV1,
  PidsV1,
  RdmaEntryV1,
  RdmaV1,
} from './gen/containerd/metrics-v1.ts';
export type {
  CpuV2,
  HugetlbV2,
  IoEntryV2,
  IoV2,
  MemoryEventsV2,
  MemoryV2,
  PidsV2,
  PressureTimesV2,
  PressureV2,
  RdmaEntryV2,
  RdmaV2,
} from './gen/containerd/metrics-v2.ts';
export { CgroupV1Metrics, CgroupV2Metrics };

/** What a container uses; `type` tells the version of the cgroups that counted. */
export type CgroupMetrics =
  | { readonly type: typeof cgroupV1MetricsType; readonly metrics: CgroupV1Metrics }
  | { readonly type: typeof cgroupV2MetricsType; readonly metrics: CgroupV2Metrics };

/** The type of the metrics of cgroups of version 1 in an `Any`. */
export const cgroupV1MetricsType = 'io.containerd.cgroups.v1.Metrics';

/** The type of the metrics of cgroups of version 2 in an `Any`. */
export const cgroupV2MetricsType = 'io.containerd.cgroups.v2.Metrics';

/**
 * Metrics in an `Any`, as `Stats` of the task service answers them.
 *
 * @throws {ShimApiError} `ERR_SHIM_API_TYPE` when the type is neither of the two, `ERR_SHIM_API_VALUE` for a value its
 * field cannot hold.
 */
export function packMetrics(
  given:
    | { readonly type: typeof cgroupV1MetricsType; readonly metrics: DeepPartial<CgroupV1Metrics> }
    | { readonly type: typeof cgroupV2MetricsType; readonly metrics: DeepPartial<CgroupV2Metrics> },
): Any {
  const { type, metrics } = given;
  switch (type) {
    case cgroupV1MetricsType:
      return { typeUrl: type, value: CgroupV1Metrics.encode(CgroupV1Metrics.fromPartial(metrics)).finish() };
    case cgroupV2MetricsType:
      return { typeUrl: type, value: CgroupV2Metrics.encode(CgroupV2Metrics.fromPartial(metrics)).finish() };
    default:
      throw new ShimApiError('ERR_SHIM_API_TYPE', `${shownType(type)} is no type of metrics`);
  }
}

/**
 * The metrics that an `Any` holds.
 *
 * @throws {ShimApiError} `ERR_SHIM_API_TYPE` when it holds none, `ERR_SHIM_API_INVALID` when the bytes are no such message.
 */
export function unpackMetrics(any: Any): CgroupMetrics {
  const type = typeNameOf(any);
  if (type === cgroupV1MetricsType) return { type, metrics: CgroupV1Metrics.decode(any.value) };
  if (type === cgroupV2MetricsType) return { type, metrics: CgroupV2Metrics.decode(any.value) };
  throw new ShimApiError(
    'ERR_SHIM_API_TYPE',
    `an Any holds a ${shownType(type)}, which is no type of metrics`,
  );
}
