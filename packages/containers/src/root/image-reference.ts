import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { ContainerError, messageOf } from '../errors.ts';
import { checkText } from '../options/checks.ts';

/**
 * What an image is pulled by: a name or an address of skopeo's as it is, and a path, which begins with `/`, `./` or `../`, as that of
 * the kind of file that is there.
 *
 * @throws {ContainerError} `ERR_CONTAINER_IMAGE` for a file that holds no image.
 */
export async function imageReference(image: string): Promise<string> {
  checkText('image', image);
  if (!/^\.{0,2}\//.test(image)) return image;
  const file = path.resolve(image);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory() && existsSync(path.join(file, 'oci-layout'))) return `oci:${file}`;
  if (found?.isDirectory() && existsSync(path.join(file, 'manifest.json'))) return `dir:${file}`;
  if (found?.isFile()) return archiveReference(file);
  throw noImage(file, found ? 'holds no image' : 'is not there');
}

/** What `docker save` writes has a `manifest.json`, also where it is an OCI layout as well. */
async function archiveReference(file: string): Promise<string> {
  const names = new Set<string>();
  const { list } = await import('tar'); // which takes long to load, and most images are no archives
  try {
    await list({
      file,
      strict: true,
      onReadEntry: ({ path: name }) => names.add(path.posix.normalize(String(name))),
    });
  } catch (cause) {
    throw noImage(file, `is no archive: ${messageOf(cause)}`, cause);
  }
  if (names.has('manifest.json')) return `docker-archive:${file}`;
  if (names.has('oci-layout')) return `oci-archive:${file}`;
  throw noImage(file, 'holds no image');
}

function noImage(file: string, problem: string, cause?: unknown): ContainerError {
  return new ContainerError('ERR_CONTAINER_IMAGE', `${file} ${problem}`, {
    option: 'image',
    path: file,
    cause,
  });
}
