/// <reference types="node" preserve="true" />
import { Bundle, Bundle as Bundle$1, BundleError, Spec, defaultSpec, listBundles, loadBundle, newBundle } from "@shimwright/bundle-core";
import { Finding, RecoverError, RecoverOptions, RecoverProgress, recover } from "@shimwright/recover";
import { EventPublisher, EventPublisher as EventPublisher$1, RuncOptions, decodeEvent } from "@shimwright/shim-api";
import { ClientOpt, ShimClient, ShimClient as ShimClient$1, ShimClientError, ShimConfig, StartOptions, TaskIO, watchSpool } from "@shimwright/shim-client";
import { ShimServiceOptions, becomeSubreaper } from "@shimwright/shim-service";
interface Config {
  readonly shim?: string | undefined;
  readonly shimGroup?: string;
  readonly shimLingerMs?: number;
  readonly runtimeRoot?: string;
  readonly shimDebug?: boolean;
  readonly socketRoot?: string;
  readonly legacyAddress?: boolean;
}
type RunOptions = Partial<RuncOptions>;
export declare function shimConfig(bundle: Bundle$1, namespace: string, config: Config, runOptions?: RunOptions): ShimConfig;
type ShimOpt = (bundle: Bundle$1, namespace: string, runOptions?: RunOptions) => [ShimConfig, ClientOpt];
interface ShimRemoteOptions extends Pick<StartOptions, 'cgroup' | 'daemonAddress' | 'onExit' | 'publisher'> {}
export declare function shimRemote(config: Config, options: ShimRemoteOptions): ShimOpt;
export declare function shimConnect(config: Config, options?: {
  readonly onClose?: () => void;
}): ShimOpt;
interface ShimLocalOptions extends Pick<ShimServiceOptions, 'allowedLoggers' | 'runtime'> {}
export declare function shimLocal(config: Config, exchange: EventPublisher$1, options?: ShimLocalOptions): ShimOpt;
export declare function newShimClient(bundle: Bundle$1, namespace: string, shimOpt: ShimOpt, runOptions?: RunOptions, options?: {
  readonly signal?: AbortSignal;
}): Promise<ShimClient$1>;
export { type Bundle, BundleError, type Config, type EventPublisher, type Finding, RecoverError, type RecoverOptions, type RecoverProgress, type RunOptions, type ShimClient, ShimClientError, type ShimLocalOptions, type ShimOpt, type ShimRemoteOptions, type Spec, TaskIO, becomeSubreaper, decodeEvent, defaultSpec, listBundles, loadBundle, newBundle, recover, watchSpool };
