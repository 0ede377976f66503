/// <reference types="node" preserve="true" />
import { BundleRoots } from "@shimwright/bundle-core";
import { EventPublisher, RuncOptions } from "@shimwright/shim-api";
type RecoverErrorCode = 'ERR_RECOVER_PROC' | 'ERR_RECOVER_FOREIGN';
export declare class RecoverError extends Error {
  readonly code: RecoverErrorCode;
  constructor(code: RecoverErrorCode, message: string);
}
type Found = 'live-shim' | 'live-container' | 'dead-shim' | 'orphan-bundle' | 'orphan-container' | 'orphan-work-directory' | 'orphan-mount' | 'stale-socket' | 'stale-group' | 'interrupted-create' | 'interrupted-delete' | 'unknown';
interface RecoveredExit {
  readonly pid: number;
  readonly exitStatus: number;
  readonly exitedAt: Date;
  readonly isUnknown: boolean;
}
interface Finding {
  readonly id: string;
  readonly found: Found;
  readonly path: string;
  readonly pid?: number;
  readonly exit?: RecoveredExit;
  readonly cleaned: boolean;
  readonly error?: unknown;
}
interface RecoverConfig {
  readonly runtimeRoot?: string;
  readonly socketRoot?: string;
  readonly shimGroup?: string;
  readonly legacyAddress?: boolean;
}
interface RecoverOptions extends BundleRoots {
  readonly namespace: string;
  readonly daemonAddress: string;
  readonly clean?: boolean;
  readonly exchange?: EventPublisher;
  readonly runOptions?: Partial<RuncOptions>;
  readonly concurrency?: number;
  readonly settleMs?: number;
  readonly onProgress?: (progress: RecoverProgress) => void;
  readonly signal?: AbortSignal;
}
interface RecoverProgress {
  readonly phase: 'look' | 'clean';
  readonly done: number;
  readonly total: number;
}
export declare function recover(config: RecoverConfig, options: RecoverOptions): Promise<Finding[]>;
export type { Finding, Found, RecoverConfig, RecoverErrorCode, RecoverOptions, RecoverProgress, RecoveredExit };
