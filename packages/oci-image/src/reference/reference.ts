import path from 'node:path';
import { badArgument } from '../errors.ts';
import { dockerName } from './docker-name.ts';

/** Where an image comes from. */
export interface Reference {
  /** As skopeo takes it, with its transport; a path in it is absolute. */
  readonly source: string;
  /** The name that the store keeps it by, unless another is given. */
  readonly name: string;
  /** The host of the registry, with its port; undefined for what comes from files. */
  readonly registry: string | undefined;
}

/** The transports of skopeo whose images are in files. */
const IN_FILES: ReadonlySet<string> = new Set([
  'dir',
  'docker-archive',
  'oci',
  'oci-archive',
  'sif',
  'tarball',
]);

/** The transports of skopeo that need no path to be made absolute. */
const ELSEWHERE: ReadonlySet<string> = new Set(['containers-storage', 'docker-daemon', 'ostree']);

const MAX_LENGTH = 4_096;

/**
 * Reads an image's name: `alpine:3.22`, as docker takes it, or one with a transport of skopeo's, such as `oci:DIRECTORY:TAG`.
 *
 * @throws {ImageError} `ERR_IMAGE_ARGUMENT`.
 */
export function parseReference(text: unknown): Reference {
  if (typeof text !== 'string') throw badArgument('the name of an image must be text');
  if (text === '') throw badArgument('the name of an image must not be empty');
  if (text.length > MAX_LENGTH)
    throw badArgument(`the name of an image has more than ${MAX_LENGTH} characters`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(text)) throw badArgument(`${JSON.stringify(text)} is no name of an image`);
  if (text.startsWith('docker://')) return fromRegistry(text.slice('docker://'.length), text);
  const colon = text.indexOf(':');
  const transport = text.slice(0, Math.max(colon, 0));
  if (IN_FILES.has(transport)) return fromFiles(transport, text.slice(colon + 1), text);
  if (ELSEWHERE.has(transport)) return { source: text, name: text, registry: undefined };
  return fromRegistry(text, text);
}

function fromRegistry(name: string, given: string): Reference {
  const { registry, repository, tag, digest } = dockerName(name, given);
  const full = `${registry}/${repository}${digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`}`;
  return { source: `docker://${full}`, name: full, registry };
}

function fromFiles(transport: string, rest: string, given: string): Reference {
  // skopeo takes the first colon for the end of the path; `dir` has nothing after it.
  const colon = transport === 'dir' ? -1 : rest.indexOf(':');
  const file = colon === -1 ? rest : rest.slice(0, colon);
  if (file === '') throw badArgument(`${JSON.stringify(given)} has no path`);
  const source = `${transport}:${path.resolve(file)}${colon === -1 ? '' : rest.slice(colon)}`;
  return { source, name: source, registry: undefined };
}
