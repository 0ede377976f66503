import { Bundle, Bundle as Bundle$1, BundleError, BundleRoots, Spec, defaultSpec, listBundles, loadBundle, newBundle } from "@shimwright/bundle-core";
import { Any, RuncOptions, decodeEvent } from "@shimwright/shim-api";
import { ClientOpt, ShimClient, ShimClient as ShimClient$1, ShimClientError, ShimConfig, StartOptions, TaskIO, watchSpool } from "@shimwright/shim-client";
import { ShimServiceOptions, becomeSubreaper } from "@shimwright/shim-service";
interface Config {
  readonly shim?: string | undefined;
  readonly shimGroup?: string;
  readonly runtimeRoot?: string;
  readonly shimDebug?: boolean;
  readonly socketRoot?: string;
}
type RunOptions = Partial<RuncOptions>;
export declare function shimConfig(bundle: Bundle$1, namespace: string, config: Config, runOptions?: RunOptions): ShimConfig;
type ShimOpt = (bundle: Bundle$1, namespace: string, runOptions?: RunOptions) => [ShimConfig, ClientOpt];
interface ShimRemoteOptions extends Pick<StartOptions, 'cgroup' | 'daemonAddress' | 'onExit' | 'publisher'> {}
export declare function shimRemote(config: Config, options: ShimRemoteOptions): ShimOpt;
export declare function shimConnect(config: Config, options?: {
  readonly onClose?: () => void;
}): ShimOpt;
interface EventPublisher {
  publish(namespace: string, topic: string, event: Any): void;
}
interface ShimLocalOptions extends Pick<ShimServiceOptions, 'allowedLoggers' | 'runtime'> {}
export declare function shimLocal(config: Config, exchange: EventPublisher, options?: ShimLocalOptions): ShimOpt;
export declare function newShimClient(bundle: Bundle$1, namespace: string, shimOpt: ShimOpt, runOptions?: RunOptions, options?: {
  readonly signal?: AbortSignal;
}): Promise<ShimClient$1>;
export declare class RecoverError extends Error {
  readonly code = "ERR_RECOVER_PROC";
}
type Found = 'live-shim' | 'live-container' | 'dead-shim' | 'orphan-bundle' | 'orphan-work-directory' | 'orphan-mount' | 'stale-socket' | 'interrupted-create' | 'interrupted-delete' | 'unknown';
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
interface RecoverOptions extends BundleRoots {
  readonly namespace: string;
  readonly daemonAddress: string;
  readonly clean?: boolean;
  readonly exchange?: EventPublisher;
  readonly runOptions?: RunOptions;
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
export declare function recover(config: Config, options: RecoverOptions): Promise<Finding[]>;
export { type Bundle, BundleError, type Config, type EventPublisher, type Finding, type Found, type RecoverOptions, type RecoverProgress, type RecoveredExit, type RunOptions, type ShimClient, ShimClientError, type ShimLocalOptions, type ShimOpt, type ShimRemoteOptions, type Spec, TaskIO, becomeSubreaper, decodeEvent, defaultSpec, listBundles, loadBundle, newBundle, watchSpool };
