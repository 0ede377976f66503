import { ContainerError } from '../errors.ts';
import type { ContainerOptions } from '../options/container-options.ts';
import type { Place } from '../place.ts';
import { rootDirectory } from './prepare-root.ts';

/** What an image says of how it is run. */
export interface ImageDefaults {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly user: string;
  readonly workdir: string;
  readonly stopSignal: string;
}

/** The files of a container, which it does not change, and what goes with them. */
export interface RootSource {
  readonly directory: string;
  readonly defaults: ImageDefaults;
  /** Named in the record of the container. */
  readonly image: string | undefined;
  readonly rootfs: string | undefined;
}

const NO_DEFAULTS: ImageDefaults = {
  entrypoint: [],
  cmd: [],
  env: [],
  user: '',
  workdir: '',
  stopSignal: '',
};

/** @throws {ContainerError} `ERR_CONTAINER_ARGUMENT`, and whatever the image's package throws. */
export async function rootSource(options: ContainerOptions, _place: Place): Promise<RootSource> {
  if (options.rootfs !== undefined) {
    const directory = await rootDirectory(options.rootfs);
    return { directory, defaults: NO_DEFAULTS, image: undefined, rootfs: directory };
  }
  throw new ContainerError('ERR_CONTAINER_IMAGE', `${options.image} cannot be had`, { option: 'image' });
}
