import { descriptor, pathOf } from './argument.ts';
import { backgroundCall } from './background-call.ts';
import { systemCall } from './library.ts';

// asm-generic/unistd.h; from 424 on, numbers are the same on every architecture.
const SYS_OPEN_TREE = 428;
const SYS_MOVE_MOUNT = 429;
const SYS_MOUNT_SETATTR = 442;

// linux/mount.h and linux/fcntl.h
const OPEN_TREE_CLONE = 1;
const OPEN_TREE_CLOEXEC = 0o2000000;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const MOUNT_ATTR_IDMAP = 0x0010_0000n;
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;

// struct mount_attr: attr_set, attr_clr, propagation and userns_fd, each of 8 bytes.
const ATTR_BYTES = 32;
const ATTR_USERNS = 24;

const openTree = backgroundCall<[number, number, string, number]>(
  'open_tree',
  'long syscall(long number, int dir, const char *path, unsigned int flags)',
);
const moveMount = systemCall<[number, number, string, number, string, number]>(
  'move_mount',
  'long syscall(long number, int fromDir, const char *from, int toDir, const char *to, unsigned int flags)',
);
const mountSetattr = systemCall<[number, number, string, number, Buffer, number]>(
  'mount_setattr',
  'long syscall(long number, int dir, const char *path, unsigned int flags, void *attributes, size_t size)',
);

/**
 * Makes a further mount of what is at a path, with the same flags, which is at no place yet. Mounts below it are not in it. It does
 * not hold up this thread; see `mountInBackground`. See open_tree(2).
 *
 * @returns a descriptor of the mount, which is gone with it unless it was attached.
 * @throws a system error of `open_tree`: `ENOENT`, `EPERM`, `EINVAL` for an unbindable mount.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export async function cloneMount(source: string): Promise<number> {
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
  return openTree([SYS_OPEN_TREE, AT_FDCWD, pathOf('the source', source), flags], { path: source });
}

/**
 * Has a mount that is at no place yet show the ids of a user namespace where the file system has those in it: what root of the file
 * system owns is owned by root of the namespace. See MOUNT_ATTR_IDMAP in mount_setattr(2).
 *
 * @param fd what `cloneMount` has returned.
 * @param userNamespace a descriptor of `/proc/PID/ns/user`.
 * @throws a system error of `mount_setattr`: `EINVAL` for a file system that cannot do that, `EPERM`; `ENOSYS` before Linux 5.12.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function mapMountIds(fd: number, userNamespace: number): void {
  const attributes = Buffer.alloc(ATTR_BYTES);
  attributes.writeBigUInt64LE(MOUNT_ATTR_IDMAP);
  attributes.writeBigUInt64LE(BigInt(descriptor(userNamespace)), ATTR_USERNS);
  mountSetattr([SYS_MOUNT_SETATTR, descriptor(fd), '', AT_EMPTY_PATH, attributes, ATTR_BYTES]);
}

/**
 * Puts a mount at its place, above what is mounted there. See move_mount(2).
 *
 * @param fd what `cloneMount` has returned. It goes on to name that mount.
 * @throws a system error of `move_mount`: `ENOENT`, `EPERM`. @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function attachMount(fd: number, target: string): void {
  const to = pathOf('the target', target);
  const flags = MOVE_MOUNT_F_EMPTY_PATH;
  moveMount([SYS_MOVE_MOUNT, descriptor(fd), '', AT_FDCWD, to, flags], { dest: target });
}
