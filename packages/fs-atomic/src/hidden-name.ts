import { isAlive, ownIdentity } from './process-identity.ts';

/** What a hidden file or directory is there for. */
export type HiddenKind = 'delete' | 'make' | 'write';

// A name on Linux, macOS and Windows has 255 bytes at most, and what is appended never needs more than 60.
const MAX_NAME_BYTES = 255;

const SUFFIX = /\.(?:delete|make|write)~([0-9a-z]+)-([0-9a-z]+)-([0-9a-z]+)-[0-9a-z]{8}$/;

/**
 * A name that nobody has, out of sight: `.NAME.KIND~PID-START-THREAD-RANDOM`. Who made it is in the name, so that
 * {@link isAbandoned} can tell leftovers from work in progress.
 */
export function hiddenName(name: string, kind: HiddenKind): string {
  const suffix = suffixFor(kind);
  return `.${shortened(name, MAX_NAME_BYTES - 1 - suffix.length)}${suffix}`;
}

/** Such a name that is no longer than `name`; undefined where that has no room for it. */
export function hiddenNameWithin(name: string, kind: HiddenKind): string | undefined {
  const suffix = suffixFor(kind);
  const room = Buffer.byteLength(name) - suffix.length;
  if (room < 0) return undefined;
  return room === 0 ? suffix : `.${shortened(name, room - 1)}${suffix}`;
}

/** Whether it is a hidden name of a process that is gone, or of this one and not in use. */
export function isAbandoned(name: string, inUse: ReadonlySet<string>): boolean {
  const [, pid = '', start = '', thread = ''] = (name.startsWith('.') && SUFFIX.exec(name)) || [];
  if (pid === '') return false;
  if (`${pid}-${start}-${thread}` === ownIdentity()) return !inUse.has(name);
  return !isAlive(Number.parseInt(pid, 36), Number.parseInt(start, 36));
}

function suffixFor(kind: HiddenKind): string {
  return `.${kind}~${ownIdentity()}-${random()}`;
}

/** Cut on a character's border; what comes behind makes it unique. */
function shortened(name: string, maxBytes: number): string {
  if (Buffer.byteLength(name) <= maxBytes) return name;
  return Buffer.from(name).toString('utf8', 0, maxBytes).replace(/�+$/, '');
}

function random(): string {
  return Math.random().toString(36).slice(2, 10).padEnd(8, '0');
}
