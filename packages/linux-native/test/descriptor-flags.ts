import { readFileSync } from 'node:fs';

/** The flags a descriptor of this process is open with, as fcntl(2) gives them, and O_CLOEXEC. */
export function descriptorFlags(fd: number): number {
  const flags = /^flags:\t0([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
  return Number.parseInt(flags ?? '', 8);
}

/** In the flags of a descriptor that no child gets unless it is given to it. */
export const O_CLOEXEC = 0o2000000;
