import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { IOOwner } from './stdio/stdio-paths.ts';

/** What of a container's specification matters to whoever watches over it. */
export interface ContainerSpec {
  /** Whether other processes of the container can outlive its first, which ends those of a namespace of its own. */
  readonly sharesPids: boolean;
  /** Who is root in its user namespace, on the host; undefined without one. */
  readonly root: IOOwner | undefined;
}

interface Spec {
  readonly linux?: {
    readonly namespaces?: readonly { readonly type: string; readonly path?: string }[];
    readonly uidMappings?: readonly Mapping[];
    readonly gidMappings?: readonly Mapping[];
  };
}

interface Mapping {
  readonly containerID: number;
  readonly hostID: number;
}

/** The `config.json` of a bundle; for one that cannot be read, what costs least when it is wrong: the runtime will tell. */
export function readContainerSpec(bundle: string): ContainerSpec {
  try {
    const { linux = {} } = JSON.parse(readFileSync(path.join(bundle, 'config.json'), 'utf8')) as Spec;
    const { namespaces = [], uidMappings = [], gidMappings = [] } = linux;
    const sharesPids = !namespaces.some(({ type, path: joined }) => type === 'pid' && !joined);
    if (!namespaces.some(({ type, path: joined }) => type === 'user' && !joined))
      return { sharesPids, root: undefined };
    const [uid, gid] = [rootOf(uidMappings), rootOf(gidMappings)];
    return { sharesPids, root: uid === undefined || gid === undefined ? undefined : { uid, gid } };
  } catch {
    return { sharesPids: true, root: undefined };
  }
}

function rootOf(mappings: readonly Mapping[]): number | undefined {
  return mappings.find(({ containerID }) => containerID === 0)?.hostID;
}
