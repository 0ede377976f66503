import { checkOptions } from '../check-options.ts';
import { badArgument, ImageError } from '../errors.ts';
import type { ImageConfig } from './image-config.ts';
import { type ContainerUser, findUser } from './user.ts';

/** What a container has instead of what its image says. */
export interface ImageSpecOptions {
  /** The command, after the entry point of the image. @default the image's `Cmd` */
  readonly args?: readonly string[];
  /** The entry point; with it, the image's `Cmd` does not count. `[]` is none. @default the image's */
  readonly entrypoint?: readonly string[];
  /** `NAME=VALUE` each, besides and over the image's; `NAME` alone takes one of the image's away. @default [] */
  readonly env?: readonly string[];
  /** `USER` or `USER:GROUP`, by name or number. @default the image's */
  readonly user?: string;
  /** The directory to start in: absolute, or relative to the image's. @default the image's */
  readonly workdir?: string;
}

/** What an image says of its containers, in the words of the runtime specification. */
export interface ImageSpec {
  /** The `process` of the specification, as far as the image decides it. */
  readonly process: {
    readonly args: readonly string[];
    readonly cwd: string;
    readonly env: readonly string[];
    readonly user: ContainerUser;
  };
  /** As the image specification maps a config to a runtime's: labels, platform, ports, signal. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Where the image wants volumes; what it has there is in its own files. */
  readonly volumes: readonly string[];
  /** The ports it listens on, such as `80/tcp`. */
  readonly exposedPorts: readonly string[];
  /** The signal that ends it. */
  readonly stopSignal: string;
}

const USUAL_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * What a container of an image runs.
 *
 * @param rootfs the files of the image, for its users.
 * @throws {ImageError} `ERR_IMAGE_ARGUMENT`, `ERR_IMAGE_CONFIG` where there is no command, `ERR_IMAGE_USER`.
 */
export async function imageSpec(
  image: string,
  config: ImageConfig,
  rootfs: string,
  options: ImageSpecOptions = {},
): Promise<ImageSpec> {
  const { args, entrypoint, env, user, workdir } = checkedOptions(options);
  const cmd = args ?? (entrypoint === undefined ? config.cmd : []);
  const command = [...(entrypoint ?? config.entrypoint), ...cmd];
  if (command.length === 0 || command[0] === '') {
    throw new ImageError('ERR_IMAGE_CONFIG', `${image} does not say what to run: give \`args\``, { image });
  }
  return {
    process: {
      args: command,
      cwd: absolute(workdir ?? '', absolute(config.workdir, '/')),
      env: environment(config.env, env ?? []),
      user: await findUser(rootfs, user ?? config.user, image),
    },
    annotations: annotationsOf(config),
    volumes: config.volumes.map((each) => absolute(each, '/')),
    exposedPorts: config.exposedPorts,
    stopSignal: config.stopSignal ?? 'SIGTERM',
  };
}

function absolute(directory: string, from: string): string {
  const parts: string[] = [];
  for (const part of (directory.startsWith('/') ? directory : `${from}/${directory}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** A later one of a name takes the place of an earlier. */
function environment(image: readonly string[], own: readonly string[]): readonly string[] {
  const values = new Map<string, string>();
  for (const each of [USUAL_PATH, ...image, ...own]) {
    const equals = each.indexOf('=');
    if (equals === -1) values.delete(each);
    else values.set(each.slice(0, equals), each);
  }
  return [...values.values()];
}

/** See conversion.md of the image specification. */
function annotationsOf(config: ImageConfig): Readonly<Record<string, string>> {
  const { platform, created, exposedPorts, stopSignal, labels } = config;
  const prefix = 'org.opencontainers.image';
  return {
    [`${prefix}.os`]: platform.os,
    [`${prefix}.architecture`]: platform.architecture,
    ...(platform.variant === undefined ? {} : { [`${prefix}.variant`]: platform.variant }),
    ...(created === undefined ? {} : { [`${prefix}.created`]: created }),
    ...(exposedPorts.length === 0 ? {} : { [`${prefix}.exposedPorts`]: exposedPorts.join(',') }),
    ...(stopSignal === undefined ? {} : { [`${prefix}.stopSignal`]: stopSignal }),
    ...labels,
  };
}

function checkedOptions(options: ImageSpecOptions): ImageSpecOptions {
  checkOptions(options, { args: true, entrypoint: true, env: true, user: true, workdir: true });
  for (const name of ['args', 'entrypoint', 'env'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && !(Array.isArray(value) && value.every(isWord))) {
      throw badArgument(`\`${name}\` must be a list of texts without NUL`);
    }
  }
  for (const name of ['user', 'workdir'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && !isWord(value)) throw badArgument(`\`${name}\` must be text without NUL`);
  }
  return options;
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}
