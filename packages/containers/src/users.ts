import { closeSync, constants, fstatSync, readSync } from 'node:fs';
import { ContainerError, codeOf, messageOf } from './errors.ts';
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
export async function userIds(root: number, user: string): Promise<UserIds> {
  const files = { passwd: readBelow(root, 'etc/passwd'), group: readBelow(root, 'etc/group') };
  const { userIn } = await import('@shimwright/oci-image'); // which says the same of images
  try {
    return userIn(files, user, 'the container');
  } catch (cause) {
    if (codeOf(cause) !== 'ERR_IMAGE_USER') throw cause;
    throw new ContainerError('ERR_CONTAINER_USER', messageOf(cause), { option: 'user', cause });
  }
}

/** Empty where there is no such file. */
function readBelow(root: number, file: string): string {
  let fd: number;
  try {
    fd = openInRoot(root, file, constants.O_RDONLY | constants.O_NONBLOCK); // a FIFO would wait
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return '';
    throw error;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return '';
    const buffer = Buffer.alloc(Math.min(stat.size, MAX_BYTES));
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(fd);
  }
}
