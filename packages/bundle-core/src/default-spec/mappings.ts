import { checkIdMappings, hostId } from '../id-mapping.ts';
import { invalidValue } from '../spec/invalid-value.ts';
import type { LinuxIdMapping } from '../spec/linux.ts';
import type { DefaultSpecOptions } from './options.ts';

/** The maps of a container with a user namespace; undefined without one. */
export type Mappings =
  | { readonly uids: readonly LinuxIdMapping[]; readonly gids: readonly LinuxIdMapping[] }
  | undefined;

export function mappingsOf(options: DefaultSpecOptions): Mappings {
  const rootless = isRootless(options);
  const { uidMappings, gidMappings } = options;
  if (!rootless && !uidMappings && !gidMappings) return undefined;
  const uids = checkIdMappings(uidMappings ?? [self(process.geteuid)], 'linux.uidMappings');
  const gids = checkIdMappings(gidMappings ?? [self(process.getegid)], 'linux.gidMappings');
  return { uids: uids.map(copy), gids: gids.map(copy) };
}

export function isRootless({ rootless = (process.geteuid?.() ?? 0) !== 0 }: DefaultSpecOptions): boolean {
  return rootless;
}

/** The map an unprivileged user can always make: of root to itself. */
function self(effectiveId: (() => number) | undefined): LinuxIdMapping {
  return { containerID: 0, hostID: effectiveId?.() ?? 0, size: 1 };
}

function copy({ containerID, hostID, size }: LinuxIdMapping): LinuxIdMapping {
  return { containerID, hostID, size };
}

/** An id that somebody on the host is. */
export function checkMapped(
  id: number,
  field: string,
  mappings: readonly LinuxIdMapping[] | undefined,
): number {
  if (!mappings || hostId(mappings, id) !== undefined) return id;
  throw invalidValue(
    field,
    `${id} is nobody on the host: add it to the mappings; a user who is not root maps more than one id with those that \`subordinateIds\` gives`,
  );
}
