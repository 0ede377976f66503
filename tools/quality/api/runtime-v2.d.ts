/// <reference types="node" preserve="true" />
import { Bundle, Bundle as Bundle$1, BundleError, Spec, defaultSpec, listBundles, loadBundle, newBundle } from "@shimwright/bundle-core";
import { Finding, RecoverError, RecoverOptions, RecoverProgress, recover } from "@shimwright/recover";
import { Any, EventPublisher, EventPublisher as EventPublisher$1, decodeEvent } from "@shimwright/shim-api";
import { ShimClientError, TaskIO, watchSpool } from "@shimwright/shim-client";
import { TaskClient, TaskClient as ShimClient, TaskConfig, TaskConnectOptions, TaskOpt, TaskStartOptions } from "@shimwright/shim-client/v2";
import { TaskServiceSettings, becomeSubreaper } from "@shimwright/shim-service";
import { RuncOptions } from "@shimwright/shim-api/task-v2";
interface Config {
  readonly shim?: string | undefined;
  readonly shimGroup?: 'namespace' | 'pod' | 'container';
  readonly runtimeRoot?: string;
  readonly shimDebug?: boolean;
  readonly socketRoot?: string;
}
type RunOptions = Partial<RuncOptions> | Any;
export declare function shimConfig({ id, path, workDir }: Bundle$1, namespace: string, config: Config, runOptions?: RunOptions): TaskConfig;
type ShimOpt = (bundle: Bundle$1, namespace: string, runOptions?: RunOptions) => [TaskConfig, TaskOpt];
interface ShimRemoteOptions extends Pick<TaskStartOptions, 'cgroup' | 'daemonAddress' | 'onExit'> {}
export declare function shimRemote(config: Config, options: ShimRemoteOptions): ShimOpt;
export declare function shimConnect(config: Config, options?: TaskConnectOptions): ShimOpt;
interface ShimLocalOptions extends Pick<TaskServiceSettings, 'allowedLoggers'> {
  readonly runtime?: string;
}
export declare function shimLocal(config: Config, exchange: EventPublisher$1, options?: ShimLocalOptions): ShimOpt;
export declare function newShimClient(bundle: Bundle$1, namespace: string, shimOpt: ShimOpt, runOptions?: RunOptions, options?: {
  readonly signal?: AbortSignal;
}): Promise<TaskClient>;
export { type Bundle, BundleError, type Config, type EventPublisher, type Finding, RecoverError, type RecoverOptions, type RecoverProgress, type RunOptions, type ShimClient, ShimClientError, type ShimLocalOptions, type ShimOpt, type ShimRemoteOptions, type Spec, TaskIO, becomeSubreaper, decodeEvent, defaultSpec, listBundles, loadBundle, newBundle, recover, watchSpool };
