import { badArgument } from '../errors.ts';

/** What an image is built for, in the words of OCI (Go's GOOS and GOARCH). */
export interface Platform {
  /** Such as `linux`. */
  readonly os: string;
  /** Such as `amd64` or `arm64`. */
  readonly architecture: string;
  /** Such as `v7` of `arm`. */
  readonly variant?: string | undefined;
}

const GO_ARCHITECTURES: Readonly<Record<string, string>> = {
  arm: 'arm',
  arm64: 'arm64',
  ia32: '386',
  loong64: 'loong64',
  mips: 'mips',
  mipsel: 'mipsle',
  ppc64: 'ppc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'amd64',
};

const WORD = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** What containers of this machine are built for. */
export function hostPlatform(): Platform {
  return { os: 'linux', architecture: GO_ARCHITECTURES[process.arch] ?? process.arch };
}

/** Reads `OS/ARCHITECTURE` or `OS/ARCHITECTURE/VARIANT`. @throws {ImageError} `ERR_IMAGE_ARGUMENT`. */
export function parsePlatform(text: unknown): Platform {
  const words = typeof text === 'string' ? text.split('/') : [];
  const [os = '', architecture = '', variant] = words;
  if (words.length < 2 || words.length > 3 || !words.every((word) => WORD.test(word))) {
    throw badArgument(`${JSON.stringify(text)} is no platform, such as linux/amd64 or linux/arm/v7`);
  }
  return variant === undefined ? { os, architecture } : { os, architecture, variant };
}

/** As it is written. */
export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant ? [variant] : [])].join('/');
}

/** Whether an image for one platform is what was asked for; a variant counts where both say one. */
export function isSamePlatform(wanted: Platform, found: Platform): boolean {
  return (
    wanted.os === found.os &&
    wanted.architecture === found.architecture &&
    (!wanted.variant || !found.variant || wanted.variant === found.variant)
  );
}
