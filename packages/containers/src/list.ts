import { listBundles } from '@shimwright/bundle-core';
import { Container, type ContainerState } from './container.ts';
import { codeOf } from './errors.ts';
import { loadRecord } from './load-record.ts';
import { checkOptions } from './options/check-options.ts';
import { checkText } from './options/checks.ts';
import { placeChecks, waitChecks } from './options/option-checks.ts';
import type { WaitOptions } from './options/wait-options.ts';
import { bundleOf, type PlaceOptions, placeOf } from './place.ts';

/** A container, and what it is about. */
export interface ContainerInfo extends Pick<Container, 'id' | 'createdAt' | 'image' | 'command' | 'labels'> {
  /** `lost`: its shim is gone, so that nothing but its log is left; `restore` removes it. */
  readonly status: ContainerState['status'] | 'lost';
  /** Its first process, as this machine sees it. */
  readonly pid: number | undefined;
  /** How it ended. */
  readonly exit: ContainerState['exit'];
}

/** How long one container that does not answer holds up the others. */
const LIMIT_MS = 5_000;

/** What there is, whichever process made it, the oldest first. */
export async function list(options: PlaceOptions & WaitOptions = {}): Promise<ContainerInfo[]> {
  checkOptions(options, { ...placeChecks, ...waitChecks });
  const place = placeOf(options);
  options.signal?.throwIfAborted();
  const bundles = await listBundles({ path: place.bundles, workDir: place.work });
  const found = await Promise.all(bundles.map(({ id }) => infoOf(id, options)));
  return found
    .filter((info) => info !== undefined)
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

/** A container by its id, whichever process made it. @throws {ContainerError} `ERR_CONTAINER_NOT_FOUND`. */
export async function get(id: string, options: PlaceOptions & WaitOptions = {}): Promise<Container> {
  checkText('id', id);
  checkOptions(options, { ...placeChecks, ...waitChecks });
  const place = placeOf(options);
  options.signal?.throwIfAborted();
  const bundle = bundleOf(place, id);
  return new Container(bundle, place, await loadRecord(bundle));
}

async function infoOf(id: string, options: PlaceOptions & WaitOptions): Promise<ContainerInfo | undefined> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  try {
    const container = await get(id, options);
    const { createdAt, image, command, labels } = container;
    const { status, pid, exit } = await container.state({ signal }).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      if (codeOf(error) === 'ERR_CONTAINER_NOT_FOUND') throw error;
      return { status: 'lost' as const, pid: undefined, exit: undefined };
    });
    return { id, createdAt, image, command, labels, status, pid, exit };
  } catch (error) {
    if (codeOf(error) === 'ERR_CONTAINER_NOT_FOUND') return undefined; // it was removed just now
    throw error;
  }
}
