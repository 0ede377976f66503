import { atomicWriteFile } from '@shimwright/fs-atomic';
import { ImageError } from '../errors.ts';
import type { Platform } from '../reference/platform.ts';
import { type Descriptor, isDescriptor } from './descriptor.ts';
import { isObject, parseJson, textOf } from './json.ts';
import { readText } from './read-text.ts';

/** A name in the store, and the manifest it stands for. */
export interface Named {
  readonly name: string;
  readonly manifest: Descriptor;
  readonly platform: Platform;
  /** When it was pulled, as ISO 8601 has it; undefined for what another tool put there. */
  readonly pulledAt: string | undefined;
}

const NAME = 'org.opencontainers.image.ref.name';
const PULLED_AT = 'io.shimwright.image.pulled';

/** The names of a store. @throws {ImageError} `ERR_IMAGE_STORE`. */
export async function readIndex(file: string): Promise<readonly Named[]> {
  const text = await readText(file);
  if (text === undefined) return [];
  const index = parseJson(text);
  const manifests = isObject(index) ? index['manifests'] : undefined;
  if (!Array.isArray(manifests))
    throw new ImageError('ERR_IMAGE_STORE', `${file} is no index of images`, { path: file });
  return manifests.flatMap((each: unknown) => namedOf(each) ?? []);
}

/** Replaces the names of a store; the old or the new ones are there, never a part. */
export async function writeIndex(file: string, names: readonly Named[]): Promise<void> {
  const manifests = names.map(({ name, manifest, platform, pulledAt }) => ({
    ...manifest,
    platform,
    annotations: { [NAME]: name, ...(pulledAt === undefined ? {} : { [PULLED_AT]: pulledAt }) },
  }));
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
  await atomicWriteFile(file, JSON.stringify(index), { mode: 0o600 });
}

function namedOf(value: unknown): Named | undefined {
  if (!isDescriptor(value)) return undefined;
  const { mediaType, digest, size } = value;
  const annotations = isObject(value['annotations']) ? value['annotations'] : {};
  const platform = isObject(value['platform']) ? value['platform'] : {};
  const name = textOf(annotations[NAME]);
  if (name === undefined) return undefined;
  const variant = textOf(platform['variant']);
  return {
    name,
    manifest: { mediaType, digest, size },
    platform: {
      os: textOf(platform['os']) ?? '',
      architecture: textOf(platform['architecture']) ?? '',
      ...(variant === undefined ? {} : { variant }),
    },
    pulledAt: textOf(annotations[PULLED_AT]),
  };
}
