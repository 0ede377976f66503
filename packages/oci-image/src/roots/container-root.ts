import path from 'node:path';
import { parseConfig } from '../config/image-config.ts';
import { type ImageSpec, type ImageSpecOptions, imageSpec } from '../config/image-spec.ts';
import { readBlob, readManifest } from '../layout/manifest.ts';
import type { StoreContext } from '../store-context.ts';
import { removeTree } from '../trees/remove-tree.ts';
import { treeRootfs } from '../trees/tree.ts';
import { isMounted, mountRoot, mountsOf } from './mount-root.ts';
import { rootPlaces, unmountRoot } from './overlay.ts';
import type { RootKind, RootRecord } from './root-record.ts';

/** A mount as a shim takes it. */
export interface RootMount {
  /** The type of the file system, such as `overlay` or `bind`. */
  readonly type: string;
  /** What is mounted. */
  readonly source: string;
  /** The options, as in fstab(5). */
  readonly options: readonly string[];
}

/** The root file system of a container: the files of its image, and what the container writes. */
export class ContainerRoot {
  /** The id of the container. */
  readonly id: string;
  /** The name that the image had when the root was made. */
  readonly image: string;
  /** The digest of the image's manifest. */
  readonly digest: string;
  /** Whether what the container writes is kept apart, or the root is a copy. */
  readonly kind: RootKind;
  /** How much the container may write; undefined where nothing limits it. */
  readonly writableBytes: number | undefined;
  /** Where the files of the container are, once it is mounted; the `root.path` of its spec. */
  readonly path: string;
  /** For a shim, which mounts them at the root of its bundle; then give `mount: false`. */
  readonly mounts: readonly RootMount[];
  readonly #context: StoreContext;
  readonly #record: RootRecord;

  constructor(context: StoreContext, record: RootRecord) {
    this.id = record.id;
    this.image = record.image;
    this.digest = record.digest;
    this.kind = record.kind;
    this.writableBytes = record.writableBytes;
    this.path = rootPlaces(path.join(context.paths.roots, record.id)).rootfs;
    this.mounts = mountsOf(context, record).map(({ type, source, options }) => ({ type, source, options }));
    this.#context = context;
    this.#record = record;
  }

  /**
   * What the image says of its containers, and what is given instead of it.
   *
   * @throws {ImageError} `ERR_IMAGE_ARGUMENT`, `ERR_IMAGE_CONFIG` where there is nothing to run, `ERR_IMAGE_USER`.
   */
  async spec(options: ImageSpecOptions = {}): Promise<ImageSpec> {
    const { paths } = this.#context;
    const { config } = await readManifest(paths.blobs, this.digest, this.image);
    const parsed = parseConfig(await readBlob(paths.blobs, config.digest, this.image), this.image);
    return imageSpec(this.image, parsed, treeRootfs(paths, this.#record.tree), options);
  }

  /** Whether it is mounted; a copy always is. After a restart of the machine, nothing is. */
  isMounted(): Promise<boolean> {
    return isMounted(this.#context, this.#record);
  }

  /** Mounts what of it is not. What the container wrote is there again, unless it was in memory. */
  mount(): Promise<void> {
    return mountRoot(this.#context, this.#record, true);
  }

  /**
   * Unmounts it, and keeps what was written, unless that is in memory.
   *
   * @throws {ImageError} `ERR_IMAGE_BUSY` while it is in use.
   */
  unmount(): Promise<void> {
    return unmountRoot(rootPlaces(path.dirname(this.path)));
  }

  /**
   * Removes it with all that the container wrote. One that is gone is no error.
   *
   * @throws {ImageError} `ERR_IMAGE_BUSY` while it is in use; it stays whole then.
   */
  async remove(): Promise<void> {
    await this.unmount();
    await removeTree(path.dirname(this.path));
  }

  /** The same as `remove`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.remove();
  }
}
