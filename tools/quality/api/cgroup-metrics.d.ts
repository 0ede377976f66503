/// <reference types="node" preserve="true" />
import { CgroupMetrics } from "@shimwright/shim-api/metrics";
type Cgroups = CgroupsV1 | CgroupsV2;
interface CgroupsV1 {
  readonly version: 1;
  readonly paths: Readonly<Record<string, string>>;
}
interface CgroupsV2 {
  readonly version: 2;
  readonly path: string;
}
export declare function cgroupsOf(pid: number): Promise<Cgroups>;
type CgroupMetricsErrorCode = 'ERR_METRICS_ARGUMENT' | 'ERR_METRICS_GONE' | 'ERR_METRICS_PLATFORM' | 'ERR_METRICS_UNREADABLE';
interface CgroupMetricsErrorFacts {
  readonly pid?: number | undefined;
  readonly path?: string | undefined;
}
export declare class CgroupMetricsError extends Error {
  readonly code: CgroupMetricsErrorCode;
  readonly pid: number | undefined;
  readonly path: string | undefined;
  constructor(code: CgroupMetricsErrorCode, message: string, facts?: CgroupMetricsErrorFacts & ErrorOptions);
}
export declare function readMetrics(cgroups: Cgroups): Promise<CgroupMetrics>;
export type { CgroupMetricsErrorCode, CgroupMetricsErrorFacts, Cgroups, CgroupsV1, CgroupsV2 };
