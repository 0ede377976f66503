import { pathOf, text } from './argument.ts';
import { backgroundCall } from './background-call.ts';
import { systemCall } from './library.ts';
import { type MountOptions, MS_BIND, MS_RDONLY, MS_REMOUNT, parseMountOptions } from './mount-options.ts';
import { NativeError } from './native-error.ts';
import { mountData } from './overlay.ts';
import { isSystemError, type SystemErrorPaths } from './system-error.ts';

// sys/mount.h
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

const getpagesize = systemCall<[]>('getpagesize', 'int getpagesize()');
const mountPrototype =
  'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)';
const umountPrototype = 'int umount2(const char *target, int flags)';

type MountArguments = [source: string, target: string, type: string, flags: number, data: string];
type UmountArguments = [target: string, flags: number];

const mountCall = systemCall<MountArguments>('mount', mountPrototype);
const umountCall = systemCall<UmountArguments>('umount2', umountPrototype);
const mountInPool = backgroundCall<MountArguments>('mount', mountPrototype);
const umountInPool = backgroundCall<UmountArguments>('umount2', umountPrototype);

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
 * Mounts as containerd does: first the mount, then its propagation, then a second mount for a read-only bind mount, since
 * the kernel ignores `ro` in the first. If a later step fails, the mount is undone.
 *
 * Lower directories of an overlay that do not fit into one page are named through their common parent. The call is
 * synchronous. A bind mount takes microseconds; others take as long as their disk or network does, see
 * `mountInBackground`. See mount(2).
 *
 * @throws a system error of `mount`, with the source as `path` and the target as `dest`.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`, `ERR_NATIVE_MOUNT_TOO_LONG`, or `ERR_NATIVE_MOUNT_UNSUPPORTED` for
 *   the option `loop` and the types `fuse.*` and `fuse3.*`, which need help from outside the kernel.
 */
export function mount(request: MountRequest): void {
  runSteps(mountSteps(request, checked(request)));
}

/**
 * Like `mount`, but does not hold up this thread. It waits in a thread of libuv's pool. Such calls take at most half of the
 * pool, see `UV_THREADPOOL_SIZE`. The kernel offers no way to give one up.
 */
export async function mountInBackground(request: MountRequest): Promise<void> {
  await runStepsInBackground(mountSteps(request, checked(request)));
}

/**
 * Undoes the topmost mount at `target`. A link there is not followed. See umount2(2).
 *
 * @throws a system error of `umount2`: `EINVAL` if nothing is mounted there, `EBUSY` while it is in use.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function unmount(target: string, options: UnmountOptions = {}): void {
  runSteps(unmountSteps(target, options));
}

/** The same as `unmount`, without holding up this thread; see `mountInBackground`. */
export async function unmountInBackground(target: string, options: UnmountOptions = {}): Promise<void> {
  await runStepsInBackground(unmountSteps(target, options));
}

/**
 * Undoes every mount at `target`, from the topmost down, until the kernel says `EINVAL`. As in containerd, it is not an
 * error if nothing is mounted there, if the path does not exist, or if it is empty.
 *
 * @returns how many mounts there were.
 * @throws a system error of `umount2`, such as `EBUSY`. The mounts above are gone by then.
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`.
 */
export function unmountAll(target: string, options: UnmountOptions = {}): number {
  return runSteps(unmountAllSteps(target, options));
}

/** The same as `unmountAll`, without holding up this thread; see `mountInBackground`. */
export async function unmountAllInBackground(target: string, options: UnmountOptions = {}): Promise<number> {
  return runStepsInBackground(unmountAllSteps(target, options));
}

/** One call of the kernel. What it throws is thrown where the step was given. */
type Step = { readonly mount: MountArguments } | { readonly unmount: UmountArguments };
type Steps<Result> = Generator<Step, Result, void>;

function runSteps<Result>(steps: Steps<Result>): Result {
  let next = steps.next();
  while (!next.done) {
    try {
      if ('mount' in next.value) mountCall(next.value.mount, pathsOf(next.value.mount));
      else umountCall(next.value.unmount, { path: next.value.unmount[0] });
    } catch (error) {
      next = steps.throw(error);
      continue;
    }
    next = steps.next();
  }
  return next.value;
}

async function runStepsInBackground<Result>(steps: Steps<Result>): Promise<Result> {
  let next = steps.next();
  while (!next.done) {
    try {
      if ('mount' in next.value) await mountInPool(next.value.mount, pathsOf(next.value.mount));
      else await umountInPool(next.value.unmount, { path: next.value.unmount[0] });
    } catch (error) {
      next = steps.throw(error);
      continue;
    }
    next = steps.next();
  }
  return next.value;
}

function pathsOf([path, dest]: MountArguments): SystemErrorPaths {
  return { path, dest };
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

function* mountSteps({ type, source, target }: MountRequest, options: MountOptions): Steps<void> {
  const data = mountData(options.data, getpagesize([]) - 1);
  try {
    const isRemount = (options.flags & MS_REMOUNT) !== 0;
    // A remount of nothing but flags, and a bind mount's, is done by the last step alone.
    const isMade = !isRemount || data.text !== '';
    if (isMade) yield { mount: [source, target, type, options.flags, data.text] };
    try {
      for (const propagation of options.propagations) yield { mount: ['', target, '', propagation, ''] };
      if (has(options.flags, MS_BIND | MS_RDONLY)) {
        yield { mount: ['', target, '', options.flags | MS_REMOUNT, ''] };
      }
    } catch (error) {
      if (!isRemount) yield* unmountSteps(target, { detach: true });
      throw error;
    }
  } finally {
    data.close();
  }
}

function* unmountSteps(target: string, { detach = false }: UnmountOptions): Steps<void> {
  yield { unmount: [pathOf('the target', target), UMOUNT_NOFOLLOW | (detach ? MNT_DETACH : 0)] };
}

function* unmountAllSteps(target: string, options: UnmountOptions): Steps<number> {
  if (target === '') return 0;
  for (let count = 0; ; count++) {
    try {
      yield* unmountSteps(target, options);
    } catch (error) {
      if (isSystemError(error, 'EINVAL', 'ENOENT')) return count;
      throw error;
    }
  }
}

function has(flags: number, wanted: number): boolean {
  return (flags & wanted) === wanted;
}
