import { readlink } from 'node:fs/promises';
import path from 'node:path';

/**
 * The control socket of the shared process that the shim of a bundle belongs to, from the link `shim.shared` there;
 * undefined for a bundle whose shim has a process of its own, or none.
 */
export async function sharedControlSocket(bundlePath: string): Promise<string | undefined> {
  try {
    return await readlink(path.join(bundlePath, 'shim.shared'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EINVAL' || code === 'ENOTDIR') return undefined; // no link
    throw error;
  }
}
