import { badArgument, ImageError } from '../errors.ts';
import { readInRoot } from './resolve-in-root.ts';

/** Who a process of a container runs as; as in the specification of a runtime. */
export interface ContainerUser {
  /** The id of the user. */
  readonly uid: number;
  /** The id of the group. */
  readonly gid: number;
  /** The ids of further groups. */
  readonly additionalGids?: readonly number[];
}

/** A line of `/etc/passwd`. */
interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A line of `/etc/group`. */
interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const MAX_ID = 2_147_483_647;

/** What the user files of a container say; empty where there is none. */
export interface UserFiles {
  /** The text of `/etc/passwd`. */
  readonly passwd: string;
  /** The text of `/etc/group`. */
  readonly group: string;
}

/** Looks a user up in the files of an image, as `userIn` does. */
export async function findUser(rootfs: string, user: string, image: string): Promise<ContainerUser> {
  const passwd = (await readInRoot(rootfs, '/etc/passwd')) ?? '';
  const group = (await readInRoot(rootfs, '/etc/group')) ?? '';
  return userIn({ passwd, group }, user, image);
}

/**
 * Returns the ids of `USER` or `USER:GROUP`, each a name or a number, as docker does. Without a group, it is the group of the user, with
 * all groups that name the user as a member. Without a user, it is user 0.
 *
 * @param image how errors name what the files are of.
 * @throws {ImageError} `ERR_IMAGE_USER` for a name that is not there, or a number that is no id.
 */
export function userIn(files: UserFiles, user: string, image: string): ContainerUser {
  for (const text of [files.passwd, files.group, user])
    if (typeof text !== 'string') throw badArgument('`passwd`, `group` and `user` must be text');
  const [userPart = '', groupPart] = splitOnce(user);
  const passwd = passwdOf(files.passwd);
  const groups = groupsOf(files.group);
  const wanted = userPart || '0';
  const number = idOf(wanted);
  const entry = passwd.find(({ name }) => name === wanted) ?? passwd.find(({ uid }) => uid === number);
  if (!entry && number === undefined)
    throw unknown(image, `no user ${JSON.stringify(wanted)} in its /etc/passwd`);
  const uid = entry?.uid ?? number ?? 0;
  if (groupPart !== undefined && groupPart !== '') return { uid, gid: gidOf(groupPart, groups, image) };
  const additionalGids = groups
    .filter(({ members }) => entry !== undefined && members.includes(entry.name))
    .map(({ gid }) => gid);
  const gid = entry?.gid ?? 0;
  return additionalGids.length === 0
    ? { uid, gid }
    : { uid, gid, additionalGids: [...new Set(additionalGids)] };
}

function gidOf(group: string, groups: readonly GroupEntry[], image: string): number {
  const known = groups.find(({ name }) => name === group)?.gid ?? idOf(group);
  if (known === undefined) throw unknown(image, `no group ${JSON.stringify(group)} in its /etc/group`);
  return known;
}

function unknown(image: string, what: string): ImageError {
  return new ImageError('ERR_IMAGE_USER', `${image} has ${what}`, { image });
}

function splitOnce(user: string): readonly [string, string?] {
  const colon = user.indexOf(':');
  return colon === -1 ? [user] : [user.slice(0, colon), user.slice(colon + 1)];
}

function idOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MAX_ID ? id : undefined;
}

function passwdOf(text: string): readonly PasswdEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uidText, gidText] = line.split(':');
    const uid = idOf(uidText);
    const gid = idOf(gidText);
    return name && uid !== undefined && gid !== undefined ? [{ name, uid, gid }] : [];
  });
}

function groupsOf(text: string): readonly GroupEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name, , gidText, members = ''] = line.split(':');
    const gid = idOf(gidText);
    return name && gid !== undefined
      ? [{ name, gid, members: members.trim().split(',').filter(Boolean) }]
      : [];
  });
}
