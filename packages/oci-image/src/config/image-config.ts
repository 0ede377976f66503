import { ImageError } from '../errors.ts';
import { isObject, type JsonObject, parseJson, textOf } from '../layout/json.ts';
import type { Platform } from '../reference/platform.ts';

/** What an image says of itself, and of how a container of it is to run. */
export interface ImageConfig {
  /** The platform that the image is for. */
  readonly platform: Platform;
  /** When it was made, as it says. */
  readonly created: string | undefined;
  /** What runs before the command. */
  readonly entrypoint: readonly string[];
  /** The command, or the arguments of the entry point. */
  readonly cmd: readonly string[];
  /** `NAME=VALUE` each. */
  readonly env: readonly string[];
  /** `USER` or `USER:GROUP`, by name or number; empty for root. */
  readonly user: string;
  /** The directory to start in; empty for `/`. */
  readonly workdir: string;
  /** Where it wants volumes. */
  readonly volumes: readonly string[];
  /** The ports it listens on, such as `80/tcp`. */
  readonly exposedPorts: readonly string[];
  /** The signal that ends it, such as `SIGQUIT`; undefined where it does not say. */
  readonly stopSignal: string | undefined;
  /** The labels of the image. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Reads the config of an image.
 *
 * @param image what errors call it.
 * @throws {ImageError} `ERR_IMAGE_CONFIG`.
 */
export function parseConfig(text: string, image: string): ImageConfig {
  const refuse = (what: string) =>
    new ImageError('ERR_IMAGE_CONFIG', `${image}: the config of the image has ${what}`, { image });
  const whole = parseJson(text);
  if (!isObject(whole)) throw refuse('no object of JSON');
  const { os, architecture, variant } = whole;
  if (typeof os !== 'string' || typeof architecture !== 'string') throw refuse('no os or no architecture');
  const config = whole['config'] ?? {};
  if (!isObject(config)) throw refuse('a `config` that is no object');
  const words = (name: string) =>
    wordsIn(config, name) ?? fail(refuse(`a \`${name}\` that is no list of texts`));
  const text1 = (name: string) => textIn(config, name) ?? fail(refuse(`a \`${name}\` that is no text`));
  const keys = (name: string) => keysIn(config, name) ?? fail(refuse(`a \`${name}\` that is no object`));
  return {
    platform: { os, architecture, ...(typeof variant === 'string' && variant !== '' ? { variant } : {}) },
    created: textOf(whole['created']),
    entrypoint: words('Entrypoint'),
    cmd: words('Cmd'),
    env: words('Env').filter((each) => each.indexOf('=') > 0),
    user: text1('User'),
    workdir: text1('WorkingDir'),
    volumes: keys('Volumes'),
    exposedPorts: keys('ExposedPorts'),
    stopSignal: text1('StopSignal') || undefined,
    labels: labelsIn(config) ?? fail(refuse('`Labels` that are no texts')),
  };
}

function fail(error: ImageError): never {
  throw error;
}

/** A NUL would end a word where nobody expects it. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function textIn(config: JsonObject, name: string): string | undefined {
  const value = config[name] ?? '';
  return isWord(value) ? value : undefined;
}

function wordsIn(config: JsonObject, name: string): readonly string[] | undefined {
  const value = config[name] ?? [];
  return Array.isArray(value) && value.every(isWord) ? value : undefined;
}

function keysIn(config: JsonObject, name: string): readonly string[] | undefined {
  const value = config[name] ?? {};
  return isObject(value) && Object.keys(value).every(isWord) ? Object.keys(value) : undefined;
}

function labelsIn(config: JsonObject): Readonly<Record<string, string>> | undefined {
  const value = config['Labels'] ?? {};
  if (!isObject(value) || !Object.values(value).every(isWord)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each)]));
}
