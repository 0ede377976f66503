import { createHash } from 'node:crypto';
import { badArgument, ImageError } from '../errors.ts';
import { isObject } from '../layout/json.ts';

/** A range of ids, and who they are on the host; as in the specification of a runtime. */
export interface IdMapping {
  /** The first id in the container. */
  readonly containerID: number;
  /** The id of the host that it is mapped to. */
  readonly hostID: number;
  /** How many ids are mapped. */
  readonly size: number;
}

/** Who the users and groups of a container are on the host. */
export interface IdMappings {
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
}

/** They are the same on the host. */
export function noMappings(): IdMappings {
  return { uidMappings: [], gidMappings: [] };
}

const MAX_ID = 2 ** 32 - 1;

/** @throws {ImageError} `ERR_IMAGE_ARGUMENT`. */
export function checkedMappings(uidMappings: unknown, gidMappings: unknown): IdMappings {
  const mappings = {
    uidMappings: mappingsOf('uidMappings', uidMappings),
    gidMappings: mappingsOf('gidMappings', gidMappings),
  };
  if ((mappings.uidMappings.length === 0) !== (mappings.gidMappings.length === 0)) {
    throw badArgument('`uidMappings` and `gidMappings` must be given together');
  }
  return mappings;
}

/**
 * Without root, all files of an image are this user's, so no mapping but that of user 0 to this user can be had.
 *
 * @throws {ImageError} `ERR_IMAGE_PERMISSION`.
 */
export function requireOwnMappings({ uidMappings, gidMappings }: IdMappings): void {
  const user = process.geteuid?.();
  if (user === 0) return;
  const isOwn = (own: number | undefined) => (each: IdMapping) =>
    each.containerID === 0 && each.hostID === own && each.size === 1;
  if (uidMappings.every(isOwn(user)) && gidMappings.every(isOwn(process.getegid?.()))) return;
  throw new ImageError(
    'ERR_IMAGE_PERMISSION',
    'only root can give the files of an image to subordinate ids: map user and group 0 to your own alone, or run as root',
  );
}

/** What tells the tree for these ids from others of the same image. */
export function mappingsKey({ uidMappings, gidMappings }: IdMappings): string {
  if (uidMappings.length === 0 && gidMappings.length === 0) return '';
  const plain = [uidMappings, gidMappings].map((each) =>
    each.map(({ containerID, hostID, size }) => [containerID, hostID, size]),
  );
  return createHash('sha256').update(JSON.stringify(plain)).digest('hex').slice(0, 16);
}

function mappingsOf(option: string, value: unknown): readonly IdMapping[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isMapping)) {
    throw badArgument(`\`${option}\` must be a list of { containerID, hostID, size }, each a whole number`);
  }
  return value;
}

function isMapping(value: unknown): value is IdMapping {
  if (!isObject(value)) return false;
  const { containerID, hostID, size } = value;
  return isId(containerID) && isId(hostID) && isId(size) && size > 0;
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_ID;
}
