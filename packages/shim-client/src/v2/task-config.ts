import type { Any } from '@shimwright/shim-api';

/** What a shim of runtime v2 is told about the container it is to run. */
export interface TaskConfig {
  /** The id of the container, as calls use it. */
  readonly id: string;
  /** The directory of the bundle, in which the shim works. Its name must be the id, because shims rely on that. */
  readonly path: string;
  /** The work directory of the bundle. The shim's log goes there. */
  readonly workDir: string;
  /** The namespace of the container and its events. */
  readonly namespace: string;
  /** The options of the runtime, such as `containerd.runc.v1.Options`, for a `create` that has none of its own. @default none */
  readonly options?: Any | undefined;
}
