import { ImageError } from '../errors.ts';
import { type Descriptor, isDescriptor } from './descriptor.ts';
import { isObject, parseJson } from './json.ts';
import { readText } from './read-text.ts';
import { blobFile } from './store-paths.ts';

/** What an image consists of. */
export interface Manifest {
  readonly config: Descriptor;
  /** The lowest first. */
  readonly layers: readonly Descriptor[];
}

/**
 * Reads the manifest of an image.
 *
 * @param image what errors call it.
 * @throws {ImageError} `ERR_IMAGE_DAMAGED` where it is not there, `ERR_IMAGE_CONFIG` where it is none.
 */
export async function readManifest(blobs: string, digest: string, image: string): Promise<Manifest> {
  const manifest = parseJson(await readBlob(blobs, digest, image));
  const layers = isObject(manifest) ? manifest['layers'] : undefined;
  if (
    !isObject(manifest) ||
    !isDescriptor(manifest['config']) ||
    !Array.isArray(layers) ||
    !layers.every(isDescriptor)
  ) {
    throw new ImageError('ERR_IMAGE_CONFIG', `${image}: ${digest} is no manifest of an image`, { image });
  }
  return { config: manifest['config'], layers };
}

/** A blob of text. @throws {ImageError} `ERR_IMAGE_DAMAGED` where it is not there. */
export async function readBlob(blobs: string, digest: string, image: string): Promise<string> {
  const file = blobFile(blobs, digest);
  const text = await readText(file);
  if (text !== undefined) return text;
  throw new ImageError(
    'ERR_IMAGE_DAMAGED',
    `${image}: ${digest} is missing in the store; pull the image again`,
    {
      image,
      path: file,
    },
  );
}
