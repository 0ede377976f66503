// linux/mount.h, the same on every architecture.
export const MS_RDONLY = 1;
const MS_NOSUID = 2;
const MS_NODEV = 4;
const MS_NOEXEC = 8;
const MS_SYNCHRONOUS = 16;
export const MS_REMOUNT = 32;
const MS_MANDLOCK = 64;
const MS_DIRSYNC = 128;
const MS_NOATIME = 1024;
const MS_NODIRATIME = 2048;
export const MS_BIND = 4096;
const MS_REC = 16384;
const MS_UNBINDABLE = 1 << 17;
const MS_PRIVATE = 1 << 18;
const MS_SLAVE = 1 << 19;
const MS_SHARED = 1 << 20;
const MS_RELATIME = 1 << 21;
const MS_STRICTATIME = 1 << 24;

const SETS: ReadonlyMap<string, number> = new Map([
  ['bind', MS_BIND],
  ['dirsync', MS_DIRSYNC],
  ['mand', MS_MANDLOCK],
  ['noatime', MS_NOATIME],
  ['nodev', MS_NODEV],
  ['nodiratime', MS_NODIRATIME],
  ['noexec', MS_NOEXEC],
  ['nosuid', MS_NOSUID],
  ['rbind', MS_BIND | MS_REC],
  ['relatime', MS_RELATIME],
  ['remount', MS_REMOUNT],
  ['ro', MS_RDONLY],
  ['strictatime', MS_STRICTATIME],
  ['sync', MS_SYNCHRONOUS],
]);

const CLEARS: ReadonlyMap<string, number> = new Map([
  ['async', MS_SYNCHRONOUS],
  ['atime', MS_NOATIME],
  ['dev', MS_NODEV],
  ['diratime', MS_NODIRATIME],
  ['exec', MS_NOEXEC],
  ['nomand', MS_MANDLOCK],
  ['norelatime', MS_RELATIME],
  ['nostrictatime', MS_STRICTATIME],
  ['rw', MS_RDONLY],
  ['suid', MS_NOSUID],
]);

const PROPAGATIONS: ReadonlyMap<string, number> = new Map([
  ['private', MS_PRIVATE],
  ['rprivate', MS_PRIVATE | MS_REC],
  ['rshared', MS_SHARED | MS_REC],
  ['rslave', MS_SLAVE | MS_REC],
  ['runbindable', MS_UNBINDABLE | MS_REC],
  ['shared', MS_SHARED],
  ['slave', MS_SLAVE],
  ['unbindable', MS_UNBINDABLE],
]);

/** The options of a mount, in the terms of mount(2). */
export interface MountOptions {
  /** The flags of the mount itself. */
  readonly flags: number;
  /** The flags of one further call each, in the order given: they can be in no other call. */
  readonly propagations: readonly number[];
  /** What is for the file system to understand. */
  readonly data: readonly string[];
  /** Whether the source is a file that needs a loop device. */
  readonly loop: boolean;
}

/**
 * Sorts options as fstab(5) has them; a later one wins over an earlier. What is no option of every file
 * system is left to the mounted one, as containerd does it, except that it also leaves the propagations.
 */
export function parseMountOptions(options: readonly string[]): MountOptions {
  let flags = 0;
  let loop = false;
  const propagations: number[] = [];
  const data: string[] = [];
  for (const option of options) {
    const propagation = PROPAGATIONS.get(option);
    if (propagation !== undefined) propagations.push(propagation);
    else if (option === 'loop') loop = true;
    else if (SETS.has(option)) flags |= SETS.get(option) ?? 0;
    else if (CLEARS.has(option)) flags &= ~(CLEARS.get(option) ?? 0);
    else if (option !== '' && option !== 'defaults') data.push(option);
  }
  return { flags, propagations, data, loop };
}
