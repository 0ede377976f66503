import path from 'node:path';
import type { Config } from '@shimwright/runtime-v1';

/** The namespace of the demo's container. */
export const namespace = 'demo';

/** The id of the demo's container. */
export const id = 'hello';

/** Where everything of one run is, all below one directory. */
export interface Layout {
  readonly base: string;
  /** The bundles. */
  readonly state: string;
  /** Their work directories. */
  readonly root: string;
  /** The FIFOs of the container's output. */
  readonly io: string;
  /** The address of the managing program; its spool is beside it. */
  readonly daemonAddress: string;
  /** The cgroup of the container. */
  readonly cgroup: string;
  readonly config: Config;
}

export function layout(base: string): Layout {
  return {
    base,
    state: path.join(base, 'state', namespace),
    root: path.join(base, 'root', namespace),
    io: path.join(base, 'io'),
    daemonAddress: path.join(base, 'manager.sock'),
    cgroup: `/${path.basename(base)}`,
    config: {
      shim: process.env['DEMO_SHIM'],
      runtimeRoot: path.join(base, 'runc'),
      socketRoot: base,
    },
  };
}
