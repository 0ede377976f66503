import path from 'node:path';
import type { Config } from '@shimwright/runtime-v1';

/** Where all of one run is, and by which shim its containers run. */
export interface Place {
  /** The directory with all of it; its name is in the names of all that is made. */
  readonly base: string;
  /** Whether the shims are containerd's, each a process; else ours, all in one. */
  readonly isStock: boolean;
  /** What is different of the containers of this round. */
  readonly kind?: 'terminal' | 'hanging' | undefined;
  /** The directory with the bundles and the work directories. */
  readonly disk: string;
}

/** The namespace of the containers. */
export const namespace = 'chaos';

/** What `newBundle`, `shimRemote` and `recover` are told about it. */
export function layoutOf({ base, isStock, disk }: Place) {
  const config: Config = {
    shim: isStock ? 'containerd-shim' : undefined,
    runtimeRoot: path.join(base, 'runc'),
    socketRoot: base,
  };
  const roots = { path: path.join(disk, 'state'), workDir: path.join(disk, 'root') };
  return { config, roots, daemonAddress: path.join(base, 'manager'), token: path.basename(base) };
}
