import { statfs } from 'node:fs/promises';
import { codeOf } from './errors.ts';
import { badOption } from './options/bad-option.ts';

/** NSFS_MAGIC of linux/magic.h: the file system that namespaces are files of. */
const NSFS = 0x6e736673;

/** @throws {ContainerError} `ERR_CONTAINER_ARGUMENT` for a path where no namespace is. */
export async function requireNetwork(network: string): Promise<void> {
  if (network === 'none' || network === 'host') return;
  try {
    if ((await statfs(network)).type === NSFS) return;
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT' && codeOf(cause) !== 'ENOTDIR') throw cause;
    const hint = network.startsWith('/run/netns/') ? `: \`ip netns add ${network.slice(11)}\` makes it` : '';
    throw badOption('network', `names ${network}, which is not there${hint}`, cause);
  }
  throw badOption('network', `names ${network}, which is no network namespace`);
}
