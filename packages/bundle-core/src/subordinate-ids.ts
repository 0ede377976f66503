import { accessSync, constants, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { BundleError, hasCode, messageOf } from './errors.ts';
import { checkIdMappings } from './id-mapping.ts';
import type { LinuxIdMapping } from './spec/linux.ts';

/** Where subordinate ids are written down. */
export interface SubordinateIdsOptions {
  /** The ranges of user ids, as `subuid(5)` describes the file. @default '/etc/subuid' */
  readonly subuid?: string | URL;
  /** The ranges of group ids, as `subgid(5)` describes the file. @default '/etc/subgid' */
  readonly subgid?: string | URL;
}

/** How ids of a container are seen on the host, as `defaultSpec` takes them. */
export interface IdMappings {
  /** Those of users. */
  readonly uidMappings: LinuxIdMapping[];
  /** Those of groups. */
  readonly gidMappings: LinuxIdMapping[];
}

interface Kind {
  readonly noun: 'user' | 'group';
  readonly file: string | URL;
  readonly program: string;
  /** The id of this process, which a user may map to root without help; undefined for root, who may map any. */
  readonly own: number | undefined;
}

/**
 * Returns maps for a container with many ids, which a user who is not root may use. Root in the container is this user,
 * and the ids from 1 on are the user's subordinate ids. For root itself, all ids in the container are subordinate ids, so
 * even the container's root is nobody on the host.
 *
 * @throws {BundleError} `ERR_BUNDLE_ROOTLESS` if there are none, or the program that the runtime needs to map them is
 * missing. The message says what to do.
 */
export function subordinateIds(options: SubordinateIdsOptions = {}): IdMappings {
  const { subuid = '/etc/subuid', subgid = '/etc/subgid' } = options;
  const isRoot = process.geteuid?.() === 0;
  return {
    uidMappings: mappingsOf({
      noun: 'user',
      file: subuid,
      program: 'newuidmap',
      own: isRoot ? undefined : process.geteuid?.(),
    }),
    gidMappings: mappingsOf({
      noun: 'group',
      file: subgid,
      program: 'newgidmap',
      own: isRoot ? undefined : process.getegid?.(),
    }),
  };
}

function mappingsOf(kind: Kind): LinuxIdMapping[] {
  const ranges = rangesIn(readRanges(kind));
  if (ranges.length === 0) throw noRanges(kind);
  if (kind.own !== undefined) requireProgram(kind);
  const mappings: LinuxIdMapping[] =
    kind.own === undefined ? [] : [{ containerID: 0, hostID: kind.own, size: 1 }];
  let containerID = mappings.length;
  for (const { hostID, size } of ranges) {
    mappings.push({ containerID, hostID, size });
    containerID += size;
  }
  return [...checkIdMappings(mappings, String(kind.file))];
}

function readRanges({ file }: Kind): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return '';
    throw new BundleError('ERR_BUNDLE_ROOTLESS', `${String(file)} cannot be read: ${messageOf(cause)}`, {
      path: String(file),
      cause,
    });
  }
}

/** The ranges of this user: `NAME:FIRST:COUNT`, or with the user id for the name; other lines are others'. */
function rangesIn(text: string): { hostID: number; size: number }[] {
  const names = ownNames();
  return text
    .split('\n')
    .map((line) => /^([^:]+):(\d{1,10}):(\d{1,10})\s*$/.exec(line))
    .filter((match) => match !== null && names.includes(match[1] ?? ''))
    .map((match) => ({ hostID: Number(match?.[2]), size: Number(match?.[3]) }))
    .filter(({ size }) => size > 0);
}

function ownNames(): string[] {
  const id = String(process.geteuid?.());
  try {
    return [id, userInfo().username];
  } catch {
    return [id]; // a user who is in no file
  }
}

function requireProgram({ program }: Kind): void {
  const directories = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  if (directories.some((directory) => isExecutable(path.join(directory, program)))) return;
  throw new BundleError(
    'ERR_BUNDLE_ROOTLESS',
    `${program} is not on the PATH, and runtimes need it to map more than one id: install uidmap (Debian, Ubuntu) or shadow-utils (Fedora), or give no mappings, for a container with one id`,
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function noRanges({ noun, file }: Kind): BundleError {
  const [id, name = id] = ownNames();
  return new BundleError(
    'ERR_BUNDLE_ROOTLESS',
    `${String(file)} gives ${name} (${id}) no subordinate ${noun} ids: as root, run usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${name}, with a range that nobody else has; or give no mappings, for a container with one id`,
    { path: String(file) },
  );
}
