import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkOptions, signalOf } from './check-options.ts';
import { type Collected, collectGarbage } from './collect-garbage.ts';
import { badArgument, ImageError } from './errors.ts';
import { findNamed, type Image, imageOf, listImages, unknownImage } from './image.ts';
import { type Named, readIndex, writeIndex } from './layout/index-file.ts';
import { isObject } from './layout/json.ts';
import { makeStore } from './layout/make-store.ts';
import { storePaths } from './layout/store-paths.ts';
import { SharedWork } from './locks/shared-work.ts';
import { pullImage } from './pull/pull-image.ts';
import { checkedName, type PullOptions, pullRequest } from './pull/pull-options.ts';
import type { PullProgress } from './pull/pull-progress.ts';
import { parsePlatform } from './reference/platform.ts';
import { ContainerRoot } from './roots/container-root.ts';
import { createRoot } from './roots/create-root.ts';
import { type CreateRootOptions, rootRequest } from './roots/root-options.ts';
import { checkedId, readRecord, readRecords } from './roots/root-record.ts';
import { type StoreContext, whileLocked } from './store-context.ts';

/** Where images are kept, and by what they are got. */
export interface ImageStoreOptions {
  /** The directory of the store, which is made when it is needed. It must belong to somebody trusted. */
  readonly directory: string | URL;
  /** The program skopeo: a name on the PATH or a path. @default 'skopeo' */
  readonly skopeo?: string;
  /** The program umoci: a name on the PATH or a path. @default 'umoci' */
  readonly umoci?: string;
}

/** Which image is meant, where there are several of a name. */
export interface PlatformOptions {
  /** Such as `linux/arm64`. @default that of this machine, or else the only one */
  readonly platform?: string;
}

/** What can be given up. */
export interface AbortOptions {
  /** Gives up, and leaves nothing half done. */
  readonly signal?: AbortSignal;
}

/** Images and the roots of containers, in one directory. Any number of processes may use it at the same time. */
export class ImageStore {
  /** The directory of the store, which is an OCI layout. */
  readonly directory: string;
  readonly #context: StoreContext;
  readonly #pulls = new SharedWork<Named, PullProgress>();

  /** Touches nothing. @throws {ImageError} `ERR_IMAGE_ARGUMENT`. */
  constructor(options: ImageStoreOptions) {
    checkOptions(options, { directory: true, skopeo: true, umoci: true });
    const { directory, skopeo = 'skopeo', umoci = 'umoci' } = options;
    this.directory = checkedDirectory(directory);
    this.#context = {
      paths: storePaths(this.directory),
      skopeo: checkedCommand('skopeo', skopeo),
      umoci: checkedCommand('umoci', umoci),
    };
  }

  /**
   * Downloads an image, unless the store has it. Calls for the same image share one download, in this process and between processes.
   *
   * @param image such as `alpine:3.22`, `registry.example/team/app@sha256:…`, or with a transport of skopeo's, such as
   * `oci:DIRECTORY:TAG` or `docker-archive:FILE`.
   * @throws {ImageError} a code for each thing that can be wrong; the signal's reason when it was aborted.
   */
  async pull(image: string, options: PullOptions = {}): Promise<Image> {
    const request = pullRequest(image, options);
    const { signal, onProgress } = options;
    const named = await this.#pulls.join(
      JSON.stringify(request),
      (shared, report) => pullImage(this.#context, request, shared, report),
      signal,
      onProgress,
    );
    return imageOf(this.#context, named);
  }

  /** All images, by name. */
  list(): Promise<readonly Image[]> {
    return listImages(this.#context);
  }

  /**
   * An image that the store has, by its name or the digest of its manifest.
   *
   * @throws {ImageError} `ERR_IMAGE_UNKNOWN`; `ERR_IMAGE_PLATFORM` where it is there for other platforms only.
   */
  async get(image: string, options: PlatformOptions = {}): Promise<Image> {
    checkOptions(options, { platform: true });
    return imageOf(this.#context, await findNamed(this.#context, image, platformOf(options)));
  }

  /** Gives an image a further name, as `docker tag` does. A name that was another's is that one's no more. */
  async tag(image: string, name: string, options: PlatformOptions & AbortOptions = {}): Promise<Image> {
    const full = checkedName(name);
    checkOptions(options, { platform: true, signal: true });
    const signal = signalOf(options);
    const platform = platformOf(options);
    await findNamed(this.#context, image, platform);
    const { paths } = this.#context;
    const named = await whileLocked(this.#context, signal, async () => {
      const found = { ...(await findNamed(this.#context, image, platform)), name: full };
      const others = (await readIndex(paths.index)).filter((each) => each.name !== full);
      await writeIndex(paths.index, [...others, found]);
      return found;
    });
    return imageOf(this.#context, named);
  }

  /**
   * Takes a name away. Containers of the image keep their files; `collectGarbage` removes what nobody holds.
   *
   * @throws {ImageError} `ERR_IMAGE_UNKNOWN` where there is no such name.
   */
  async remove(name: string, options: AbortOptions = {}): Promise<void> {
    const full = checkedName(name);
    checkOptions(options, { signal: true });
    const signal = signalOf(options);
    const { paths } = this.#context;
    await makeStore(paths);
    await whileLocked(this.#context, signal, async () => {
      const all = await readIndex(paths.index);
      const others = all.filter((each) => each.name !== full);
      if (others.length === all.length) throw unknownImage(full);
      await writeIndex(paths.index, others);
    });
  }

  /** Removes what no name and no container holds, and what killed processes left. */
  async collectGarbage(options: AbortOptions = {}): Promise<Collected> {
    checkOptions(options, { signal: true });
    const signal = signalOf(options);
    await makeStore(this.#context.paths);
    return collectGarbage(this.#context, signal);
  }

  /**
   * Makes the root file system of a container from an image that the store has.
   *
   * @throws {ImageError} `ERR_IMAGE_UNKNOWN`, `ERR_IMAGE_EXISTS`, `ERR_IMAGE_UNSUPPORTED` where overlayfs is needed and cannot be
   * had, and what unpacking can throw; the signal's reason when it was aborted.
   */
  async createRoot(options: CreateRootOptions): Promise<ContainerRoot> {
    const request = rootRequest(options);
    return new ContainerRoot(this.#context, await createRoot(this.#context, request, signalOf(options)));
  }

  /** The root of a container. @throws {ImageError} `ERR_IMAGE_ROOT_NOT_FOUND`. */
  async root(id: string): Promise<ContainerRoot> {
    const record = await readRecord(this.#context.paths.roots, checkedId(id));
    if (record) return new ContainerRoot(this.#context, record);
    throw new ImageError('ERR_IMAGE_ROOT_NOT_FOUND', `there is no root of the id ${id}`);
  }

  /** The roots of all containers, by id. */
  async roots(): Promise<readonly ContainerRoot[]> {
    const records = await readRecords(this.#context.paths.roots);
    return records.map((record) => new ContainerRoot(this.#context, record));
  }
}

function platformOf({ platform }: PlatformOptions) {
  return platform === undefined ? undefined : parsePlatform(platform);
}

/** What overlayfs and the tools take as a path without more ado. */
function checkedDirectory(value: unknown): string {
  const text = isFileUrl(value) ? fileURLToPath(value) : value;
  if (typeof text !== 'string' || text === '' || text.includes('\0'))
    throw badArgument('`directory` must be a path');
  const directory = path.resolve(text);
  // Options of a mount are parted by commas and colons.
  if (/[,:\\\n]/.test(directory)) {
    throw badArgument(
      '`directory` must be a path without a comma, colon, backslash or line break, for overlayfs',
    );
  }
  if (directory === '/') throw badArgument('`directory` must not be /');
  return directory;
}

function isFileUrl(value: unknown): value is URL {
  return isObject(value) && value['protocol'] === 'file:' && typeof value['pathname'] === 'string';
}

function checkedCommand(option: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  throw badArgument(`\`${option}\` must be the name or the path of a program`);
}
