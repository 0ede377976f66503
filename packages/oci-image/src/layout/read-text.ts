import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { hasCode, ImageError, messageOf } from '../errors.ts';

/** No manifest, config or record of ours is larger. */
const MAX_BYTES = 8 * 1024 * 1024;

/** What a file of the store says; undefined where there is none. @throws {ImageError} `ERR_IMAGE_STORE` for one that is no file, or too large. */
export async function readText(file: string, maxBytes: number = MAX_BYTES): Promise<string | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw hasCode(error, 'EACCES', 'EPERM') ? forbidden(file, error) : error;
    },
  );
  if (!handle) return undefined;
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > maxBytes) {
      throw new ImageError('ERR_IMAGE_STORE', `${file} is no file of at most ${maxBytes} bytes`, {
        path: file,
      });
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Says that the store is not this user's. */
export function forbidden(path: string, cause: unknown): ImageError {
  const advice = 'take a directory of your own for the store, or run this as root';
  return new ImageError(
    'ERR_IMAGE_PERMISSION',
    `this user may not use ${path}: ${messageOf(cause)} (${advice})`,
    {
      path,
      cause,
    },
  );
}
