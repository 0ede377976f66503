import { systemCall } from '@shimwright/linux-native';

// openat2(2) has the same number on all architectures.
const OPENAT2 = 437;
const RESOLVE_IN_ROOT = 0x10;

type Arguments = [number: number, directory: number, path: string, how: Buffer, size: number];
const openat2 = systemCall<Arguments>(
  'openat2',
  'long syscall(long number, int directory, const char *path, void *how, unsigned long size)',
);

/**
 * Opens a file below a directory as if that were `/`: no link, `..` or mount trick leads out of it. The descriptor is closed
 * on exec, and the caller's to close.
 *
 * @throws a system error of `openat2`; `ENOSYS` before Linux 5.6.
 */
export function openInRoot(root: number, path: string, flags: number): number {
  const how = Buffer.alloc(24); // struct open_how: flags, mode, resolve
  how.writeBigUInt64LE(BigInt(flags | O_CLOEXEC), 0);
  how.writeBigUInt64LE(BigInt(RESOLVE_IN_ROOT), 16);
  return openat2([OPENAT2, root, path, how, how.length], { path });
}

const O_CLOEXEC = 0o2000000;
