import type { BigIntStats, Stats } from 'node:fs';
import { groupRights } from './acl.ts';
import type { Owner } from './arguments.ts';
import { hasCode } from './errors.ts';
import { changeMode, changeOwner, type Flushable } from './flushable.ts';
import type { Place } from './place.ts';
import type { Steps } from './steps.ts';

const SET_ID = 0o6000;

/** What a file is to be like: as was asked for, or as the file it replaces, or as any new file. */
export interface Attributes {
  readonly given: { readonly mode?: number; readonly owner?: Owner };
  /** The owner of the file that is replaced, and its mode as far as its group is what it seems. */
  readonly replaced: (Owner & { readonly mode: number }) | undefined;
}

/** What was asked for, and what the file that is replaced is like. */
export function* attributesFor(
  place: Place,
  old: Stats | undefined,
  given: { readonly mode?: number; readonly owner?: Owner },
): Steps<Attributes> {
  if (!old?.isFile()) return { given, replaced: undefined };
  const mode = given.mode === undefined ? yield* modeOf(place, old) : given.mode;
  return { given, replaced: { uid: old.uid, gid: old.gid, mode } };
}

/** The mode to open a new file with: nobody may read it who may not read it in the end, whoever it belongs to now. */
export function openingMode({ given, replaced }: Attributes): number {
  const mode = given.mode ?? replaced?.mode;
  if (mode === undefined) return given.owner ? 0o600 : 0o666; // the umask decides
  return narrowed(mode) & 0o777;
}

/** Gives an open file its owner and mode, in this order, since a change of the owner takes the set-id bits away. */
export function* give(file: Flushable, now: BigIntStats, { given, replaced }: Attributes): Steps<void> {
  const has = { uid: Number(now.uid), gid: Number(now.gid) };
  let owner = has;
  if (given.owner) owner = yield* changedOwner(file, has, given.owner);
  else if (replaced) owner = yield* ownerIfAllowed(file, has, replaced);
  const mode = given.mode ?? (replaced && keptMode(replaced, owner));
  if (mode !== undefined && mode !== Number(now.mode & 0o7777n)) yield* changeMode(file, mode);
}

function* changedOwner(file: Flushable, has: Owner, wanted: Owner): Steps<Owner> {
  if (has.uid !== wanted.uid || has.gid !== wanted.gid) yield* changeOwner(file, wanted.uid, wanted.gid);
  return wanted;
}

/** Both of them, or the group alone, or else what any new file has. */
function* ownerIfAllowed(file: Flushable, has: Owner, wanted: Owner): Steps<Owner> {
  for (const owner of [wanted, { uid: has.uid, gid: wanted.gid }]) {
    try {
      return yield* changedOwner(file, has, owner);
    } catch (error) {
      if (!hasCode(error, 'EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP')) throw error;
    }
  }
  return has;
}

/** The mode of a replaced file, without what was meant for another owner or group. */
function keptMode(replaced: Owner & { readonly mode: number }, owner: Owner): number {
  const { mode, uid, gid } = replaced;
  if (owner.gid !== gid) return narrowed(mode) & ~SET_ID;
  return owner.uid === uid ? mode : mode & ~SET_ID;
}

/** The group gets no more than everybody. */
function narrowed(mode: number): number {
  return mode & ~(0o70 & ~((mode & 7) << 3));
}

// A file that we have put in its place ourselves has no list but what its directory gives to each.
const ours = new Map<string, { readonly file: string; readonly atMs: number }>();
const MAX_OURS = 1_000;

/** Remembers that a file is ours. */
export function remember({ key }: Place, { dev, ino }: BigIntStats): void {
  if (ours.size >= MAX_OURS) ours.clear();
  ours.set(key, { file: `${Number(dev)}:${Number(ino)}`, atMs: Date.now() + 1 });
}

function isOurs({ key }: Place, { dev, ino, ctimeMs }: Stats): boolean {
  const known = ours.get(key);
  return known !== undefined && known.file === `${dev}:${ino}` && ctimeMs <= known.atMs;
}

/** The mode of a file; its group's part is asked for where it may be something else, and grants something. */
function* modeOf(place: Place, old: Stats): Steps<number> {
  const mode = old.mode & 0o7777;
  if (process.platform !== 'linux' || narrowed(mode) === mode || isOurs(place, old)) return mode;
  const rights = yield* groupRights(place.path);
  if (rights === undefined) return mode;
  return rights === 'narrow' ? narrowed(mode) : (mode & ~0o70) | (rights << 3);
}
