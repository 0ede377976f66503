import { type ImageConfig, parseConfig } from './config/image-config.ts';
import { ImageError } from './errors.ts';
import { isDigest } from './layout/descriptor.ts';
import { type Named, readIndex } from './layout/index-file.ts';
import { readBlob, readManifest } from './layout/manifest.ts';
import { checkedName } from './pull/pull-options.ts';
import { hostPlatform, isSamePlatform, type Platform, platformName } from './reference/platform.ts';
import type { StoreContext } from './store-context.ts';

/** An image of a store. */
export interface Image {
  /** Its full name, such as `docker.io/library/alpine:3.22`. */
  readonly name: string;
  /** The digest of its manifest in the store, `sha256:…`. It differs from the registry's for images in docker's own format. */
  readonly digest: string;
  /** What it is for, such as `linux/amd64`. */
  readonly platform: string;
  /** How many bytes its layers have, compressed; those that it shares with other images are counted too. */
  readonly bytes: number;
  /** When it was pulled; undefined for what another tool put there. */
  readonly pulledAt: Date | undefined;
  /** What it says of its containers. */
  readonly config: ImageConfig;
}

/** All that the store has, by name. What cannot be read is left out. */
export async function listImages(context: StoreContext): Promise<readonly Image[]> {
  const names = await readIndex(context.paths.index);
  const images = await Promise.all(names.map((named) => imageOf(context, named).catch(() => undefined)));
  return images.filter((image) => image !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The image of a name in the store, with what its config says. @throws {ImageError} as its blobs are. */
export async function imageOf({ paths }: StoreContext, named: Named): Promise<Image> {
  const { name, manifest, platform, pulledAt } = named;
  const { config, layers } = await readManifest(paths.blobs, manifest.digest, name);
  return {
    name,
    digest: manifest.digest,
    platform: platformName(platform),
    bytes: layers.reduce((bytes, { size }) => bytes + size, 0),
    pulledAt: pulledAt === undefined ? undefined : new Date(pulledAt),
    config: parseConfig(await readBlob(paths.blobs, config.digest, name), name),
  };
}

/**
 * What the store has by a name, or by the digest of its manifest.
 *
 * @throws {ImageError} `ERR_IMAGE_ARGUMENT`, `ERR_IMAGE_UNKNOWN`, `ERR_IMAGE_PLATFORM` where it is there for others only.
 */
export async function findNamed(
  { paths }: StoreContext,
  image: unknown,
  platform: Platform | undefined,
): Promise<Named> {
  const all = await readIndex(paths.index);
  const name = isDigest(image) ? image : checkedName(image);
  const found = all.filter((each) => (isDigest(image) ? each.manifest.digest === image : each.name === name));
  const [only, ...more] = found;
  if (!only) throw unknownImage(name);
  const wanted = platform ?? hostPlatform();
  const fitting = found.find((each) => isSamePlatform(wanted, each.platform));
  if (fitting) return fitting;
  if (platform === undefined && more.length === 0) return only;
  const platforms = found.map((each) => platformName(each.platform)).join(', ');
  const message = `the store has ${name} for ${platforms}, and not for ${platformName(wanted)}`;
  throw new ImageError('ERR_IMAGE_PLATFORM', message, { image: name });
}

export function unknownImage(name: string): ImageError {
  return new ImageError('ERR_IMAGE_UNKNOWN', `the store has no image ${name}: pull it first`, {
    image: name,
  });
}
