import { closeSync, constants, fstatSync, readSync } from 'node:fs';
import { ContainerError, codeOf } from './errors.ts';
import { openInRoot } from './open-in-root.ts';

/** Who a process runs as. */
export interface UserIds {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids?: readonly number[];
}

/** No more of a passwd file is read: it is the container's, who may make it as large as it likes. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The ids of `name`, `uid`, `name:group` or `uid:gid`, by the passwd and group files below a directory. No link leads out of it.
 *
 * @param root a descriptor of the container's root.
 * @throws {ContainerError} `ERR_CONTAINER_USER` where nobody there has that name.
 */
export function userIds(root: number, user: string): UserIds {
  const [name = '', group] = user.split(':', 2);
  const entry = findUser(root, name);
  const gid = group === undefined || group === '' ? (entry?.gid ?? 0) : groupId(root, group);
  if (entry) return { uid: entry.uid, gid, additionalGids: group ? [] : groupsOf(root, entry.name) };
  if (isId(name)) return { uid: Number(name), gid };
  throw new ContainerError('ERR_CONTAINER_USER', `the container has no user ${JSON.stringify(name)}`, {
    option: 'user',
  });
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

function findUser(root: number, nameOrId: string): PasswdEntry | undefined {
  for (const [name = '', , uid = '', gid = ''] of entriesOf(root, 'etc/passwd')) {
    if ((name === nameOrId || (isId(nameOrId) && uid === nameOrId)) && isId(uid) && isId(gid)) {
      return { name, uid: Number(uid), gid: Number(gid) };
    }
  }
  return undefined;
}

function groupId(root: number, nameOrId: string): number {
  if (isId(nameOrId)) return Number(nameOrId);
  const found = entriesOf(root, 'etc/group').find(([name, , gid = '']) => name === nameOrId && isId(gid));
  if (found) return Number(found[2]);
  throw new ContainerError('ERR_CONTAINER_USER', `the container has no group ${JSON.stringify(nameOrId)}`, {
    option: 'user',
  });
}

function groupsOf(root: number, user: string): number[] {
  return entriesOf(root, 'etc/group')
    .filter(([, , gid = '', members = '']) => isId(gid) && members.split(',').includes(user))
    .map(([, , gid]) => Number(gid));
}

function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) <= 0x7fffffff;
}

/** The lines of a file, split at colons; none where it is missing. */
function entriesOf(root: number, file: string): string[][] {
  try {
    return readBelow(root, file)
      .split('\n')
      .map((line) => line.split(':'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

function readBelow(root: number, file: string): string {
  const fd = openInRoot(root, file, constants.O_RDONLY | constants.O_NONBLOCK); // a FIFO would wait
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return '';
    const buffer = Buffer.alloc(Math.min(stat.size, MAX_BYTES));
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(fd);
  }
}
