import path from 'node:path';
import type { Config } from '@shimwright/runtime-v1';
import type { Config as ConfigV2 } from '@shimwright/runtime-v2';

/** The namespace of the demo's container. */
export const namespace = 'demo';

/** The id of the demo's container. */
export const id = 'hello';

/** Where everything of one run is, all below one directory. */
export interface Layout {
  readonly base: string;
  /** What is in the name of all that the run makes. */
  readonly token: string;
  /** The root directory of the container, where no other is asked for. */
  readonly busybox: string;
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
  readonly config: Config & ConfigV2;
}

export function layout(base: string, shim = process.env['DEMO_SHIM']): Layout {
  return {
    base,
    token: path.basename(base),
    busybox: path.join(base, 'busybox'),
    state: path.join(base, 'state', namespace),
    root: path.join(base, 'root', namespace),
    io: path.join(base, 'io'),
    daemonAddress: path.join(base, 'manager.sock'),
    cgroup: `/${path.basename(base)}`,
    config: {
      shim,
      runtimeRoot: path.join(base, 'runc'),
      socketRoot: base,
    },
  };
}

/** What the image says of the process, as the first process of the demo passes it on; nothing without one. */
export function imageProcess(): object {
  return JSON.parse(process.env['DEMO_PROCESS'] ?? '{}');
}
