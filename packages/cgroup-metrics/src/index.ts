/// <reference types="node" preserve="true" />
export type { Cgroups, CgroupsV1, CgroupsV2 } from './cgroups.ts';
export { cgroupsOf } from './cgroups-of.ts';
export { CgroupMetricsError, type CgroupMetricsErrorCode, type CgroupMetricsErrorFacts } from './errors.ts';
export { readMetrics } from './read-metrics.ts';
