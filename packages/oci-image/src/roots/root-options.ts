import { checkOptions, type Known } from '../check-options.ts';
import { badArgument } from '../errors.ts';
import { type Platform, parsePlatform } from '../reference/platform.ts';
import {
  checkedMappings,
  type IdMapping,
  type IdMappings,
  requireOwnMappings,
} from '../trees/id-mappings.ts';
import { checkedId, type RootKind } from './root-record.ts';

/** What the root of a container is to be like. */
export interface CreateRootOptions {
  /** The id of the container. */
  readonly id: string;
  /** The image: a name, or the digest of its manifest. */
  readonly image: string;
  /** Which of the images of that name. @default that of this machine, or else the only one */
  readonly platform?: string;
  /**
   * `'overlay'` shows the image's own files and keeps what the container writes apart. `'copy'` copies all of them, which takes time
   * and space. `'auto'` copies where overlayfs cannot be had, for example without root.
   *
   * @default 'auto'
   */
  readonly kind?: 'auto' | RootKind;
  /**
   * How many bytes the container may write to its root. They are kept in memory then, and are gone after a restart of the machine. It
   * needs overlayfs.
   *
   * @default no limit but the disk
   */
  readonly writableBytes?: number;
  /** How users of the container are seen on the host, as in the container's spec. @default the same */
  readonly uidMappings?: readonly IdMapping[];
  /** How groups of the container are seen on the host. @default the same */
  readonly gidMappings?: readonly IdMapping[];
  /** Whether to mount it; otherwise whoever takes `mounts` does, such as a shim. @default true */
  readonly mount?: boolean;
  /** Gives up; nothing is left of it. */
  readonly signal?: AbortSignal;
}

const KNOWN: Known<CreateRootOptions> = {
  id: true,
  image: true,
  platform: true,
  kind: true,
  writableBytes: true,
  uidMappings: true,
  gidMappings: true,
  mount: true,
  signal: true,
};

/** The same, with every default. */
export interface RootRequest {
  readonly id: string;
  readonly image: string;
  readonly platform: Platform | undefined;
  readonly kind: 'auto' | RootKind;
  readonly writableBytes: number | undefined;
  readonly mappings: IdMappings;
  readonly mount: boolean;
}

/** @throws {ImageError} `ERR_IMAGE_ARGUMENT`, `ERR_IMAGE_PERMISSION`. */
export function rootRequest(options: CreateRootOptions): RootRequest {
  checkOptions(options, KNOWN);
  const { id, image, platform, kind = 'auto', writableBytes, mount = true } = options;
  if (kind !== 'auto' && kind !== 'overlay' && kind !== 'copy') {
    throw badArgument("`kind` must be 'auto', 'overlay' or 'copy'");
  }
  if (writableBytes !== undefined && !(Number.isSafeInteger(writableBytes) && writableBytes > 0)) {
    throw badArgument('`writableBytes` must be a whole number of bytes above 0');
  }
  if (writableBytes !== undefined && kind === 'copy')
    throw badArgument('a copy has no limit of `writableBytes`');
  if (typeof mount !== 'boolean') throw badArgument('`mount` must be a boolean');
  const mappings = checkedMappings(options.uidMappings, options.gidMappings);
  requireOwnMappings(mappings);
  return {
    id: checkedId(id),
    image,
    platform: platform === undefined ? undefined : parsePlatform(platform),
    kind,
    writableBytes,
    mappings,
    mount,
  };
}
