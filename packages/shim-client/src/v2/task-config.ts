import type { Any } from '@shimwright/shim-api';

/** What a shim of runtime v2 is told about the container it is to run. */
export interface TaskConfig {
  /** The container's id, by which all calls name it. */
  readonly id: string;
  /** The bundle's directory, the working directory of the shim; its last name is the id, since shims rely on that. */
  readonly path: string;
  /** The bundle's work directory; the shim's log goes there. */
  readonly workDir: string;
  /** The namespace its containers and events belong to. */
  readonly namespace: string;
  /** The runtime's options, such as a `containerd.runc.v1.Options`; `create` passes them where it is given none. @default none */
  readonly options?: Any | undefined;
}
