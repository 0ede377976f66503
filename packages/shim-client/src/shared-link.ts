import { readlinkSync } from 'node:fs';
import path from 'node:path';

/**
 * The control socket of the shared process that the shim of a bundle belongs to, from the link `shim.shared` there;
 * undefined for a bundle whose shim has a process of its own, or none.
 */
export async function sharedControlSocket(bundlePath: string): Promise<string | undefined> {
  return sharedControlSocketSync(bundlePath);
}

/** The same, before it returns; a look takes a fraction of the time of a promise. */
export function sharedControlSocketSync(bundlePath: string): string | undefined {
  try {
    return readlinkSync(path.join(bundlePath, 'shim.shared'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EINVAL' || code === 'ENOTDIR') return undefined; // no link
    throw error;
  }
}
