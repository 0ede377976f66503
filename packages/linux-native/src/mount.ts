import { pathOf, text } from './argument.ts';
import { systemCall } from './library.ts';
import { type MountOptions, MS_BIND, MS_RDONLY, MS_REMOUNT, parseMountOptions } from './mount-options.ts';
import { NativeError } from './native-error.ts';
import { withShortLowerdirs } from './overlay.ts';
import { isSystemError } from './system-error.ts';

// sys/mount.h
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

const getpagesize = systemCall<[]>('getpagesize', 'int getpagesize()');
const mountCall = systemCall<[string, string, string, number, string]>(
  'mount',
  'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)',
);
const umount2 = systemCall<[string, number]>('umount2', 'int umount2(const char *target, int flags)');

/** A mount, with the fields of containerd's `Mount` message; `target` is a whole path. */
export interface MountRequest {
  /** The type of the file system; `bind` or anything else for a bind mount. */
  readonly type: string;
  /** A device, a directory or a name. */
  readonly source: string;
  /** Where to mount: a path from the root or from this process's working directory. */
  readonly target: string;
  /** The options, as fstab(5) has them. */
  readonly options: readonly string[];
}

/** How to unmount. */
export interface UnmountOptions {
  /** Take it out of sight at once, even if it is in use; the kernel finishes later. @default false */
  readonly detach?: boolean;
}

/**
 * Mounts as containerd does: the mount, then its propagation, then for a read-only bind mount a second
 * mount, as the kernel ignores `ro` in the first. When a later step fails, the mount is undone.
 *
 * Lower directories of an overlay that do not fit into one page are named through their common parent. The
 * call is synchronous: microseconds for a bind mount, as long as its disk takes for another. See mount(2).
 *
 * @throws a system error of `mount`, with the source as `path` and the target as `dest`.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`, `ERR_NATIVE_MOUNT_TOO_LONG`, or `ERR_NATIVE_MOUNT_UNSUPPORTED` for
 *   the option `loop` and the types `fuse.*` and `fuse3.*`, which need help from outside the kernel.
 */
export function mount(request: MountRequest): void {
  const options = checked(request);
  withShortLowerdirs(options.data, getpagesize([]) - 1, (data) => make(request, options, data));
}

/**
 * Undoes the topmost mount at `target`; a link there is not followed. See umount2(2).
 *
 * @throws a system error of `umount2`: `EINVAL` when nothing is mounted there, `EBUSY` while it is in use.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function unmount(target: string, options: UnmountOptions = {}): void {
  const flags = UMOUNT_NOFOLLOW | (options.detach === true ? MNT_DETACH : 0);
  umount2([pathOf('the target', target), flags], { path: target });
}

/**
 * Undoes every mount at `target`, one above the other, until the kernel says `EINVAL`. Nothing mounted, and
 * nothing there at all, is no error, and neither is an empty target, as with containerd.
 *
 * @returns how many there were.
 * @throws a system error of `umount2`, such as `EBUSY`; those above are gone by then.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function unmountAll(target: string, options: UnmountOptions = {}): number {
  if (target === '') return 0;
  for (let count = 0; ; count++) {
    try {
      unmount(target, options);
    } catch (error) {
      if (isSystemError(error, 'EINVAL', 'ENOENT')) return count;
      throw error;
    }
  }
}

function checked({ type, source, target, options }: MountRequest): MountOptions {
  text('the type', type);
  text('the source', source);
  pathOf('the target', target);
  for (const option of options) text('an option', option);
  const parsed = parseMountOptions(options);
  if (parsed.loop) throw unsupported(`a loop device for ${source}`);
  if (/^fuse3?\./.test(type)) throw unsupported(`a helper program for ${type}`);
  return parsed;
}

function unsupported(what: string): NativeError {
  return new NativeError('ERR_NATIVE_MOUNT_UNSUPPORTED', `the mount needs ${what}, which is not supported`);
}

function make(request: MountRequest, options: MountOptions, data: string): void {
  const { type, source, target } = request;
  const paths = { path: source, dest: target };
  const isRemount = (options.flags & MS_REMOUNT) !== 0;
  // A remount of nothing but flags, and a bind mount's, is done by the last step alone.
  const isMade = !isRemount || data !== '';
  if (isMade) mountCall([source, target, type, options.flags, data], paths);
  try {
    for (const propagation of options.propagations) mountCall(['', target, '', propagation, ''], paths);
    if (has(options.flags, MS_BIND | MS_RDONLY)) {
      mountCall(['', target, '', options.flags | MS_REMOUNT, ''], paths);
    }
  } catch (error) {
    if (!isRemount) unmount(target, { detach: true });
    throw error;
  }
}

function has(flags: number, wanted: number): boolean {
  return (flags & wanted) === wanted;
}
