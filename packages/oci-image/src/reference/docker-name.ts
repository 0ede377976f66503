import { badArgument } from '../errors.ts';

/** A name as docker takes it, in its parts. */
export interface DockerName {
  /** The host, with its port where it has one. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
  /** Such as `sha256:…`. */
  readonly digest: string | undefined;
}

// The grammar of github.com/distribution/reference.
const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
const MAX_NAME = 255;

const DOCKER_HUB = 'docker.io';

/** Completes a name as docker does: `alpine` is `docker.io/library/alpine`. @throws {ImageError} `ERR_IMAGE_ARGUMENT`. */
export function dockerName(text: string, given: string): DockerName {
  const refuse = (why: string) => badArgument(`${JSON.stringify(given)} is no name of an image: ${why}`);
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) {
    throw refuse('after the @ there must be a digest, such as sha256: and 64 hexadecimal digits');
  }
  const { host, rest } = splitHost(named);
  const colon = rest.lastIndexOf(':');
  const path = colon === -1 ? rest : rest.slice(0, colon);
  const tag = colon === -1 ? undefined : rest.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag))
    throw refuse('the tag has characters that no tag has, or too many');
  const isHub = host === undefined || host === DOCKER_HUB || host === `index.${DOCKER_HUB}`;
  const registry = isHub ? DOCKER_HUB : host;
  if (!HOST.test(registry)) throw refuse('the registry is no host');
  const repository = isHub && !path.includes('/') ? `library/${path}` : path;
  if (!REPOSITORY.test(repository)) {
    throw refuse('a repository has lower-case letters, digits and separators, such as library/alpine');
  }
  if (registry.length + 1 + repository.length > MAX_NAME)
    throw refuse(`it has more than ${MAX_NAME} characters`);
  return { registry, repository, tag, digest };
}

/** The first part is a host if it looks like one, by docker's rule. */
function splitHost(named: string): { readonly host: string | undefined; readonly rest: string } {
  const slash = named.indexOf('/');
  const first = named.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first;
  return isHost ? { host: first, rest: named.slice(slash + 1) } : { host: undefined, rest: named };
}
