import { createHash } from 'node:crypto';
import path from 'node:path';
import { atomicDelete, hiddenPath, sweep } from '@shimwright/fs-atomic';
import { makeDirectories } from '@shimwright/linux-native';
import { parseConfig } from '../config/image-config.ts';
import { hasCode, ImageError } from '../errors.ts';
import { blobNames, linkBlobs, removeBlobs, wrongContents, wrongSizes } from '../layout/blobs.ts';
import type { Descriptor } from '../layout/descriptor.ts';
import { type Named, readIndex, writeIndex } from '../layout/index-file.ts';
import { makeStore } from '../layout/make-store.ts';
import { readBlob, readManifest } from '../layout/manifest.ts';
import { lockFile } from '../locks/file-lock.ts';
import { isSamePlatform, platformName } from '../reference/platform.ts';
import { type StoreContext, whileHeld, whileLocked } from '../store-context.ts';
import { noMappings } from '../trees/id-mappings.ts';
import { ensureTree, type WantedTree } from '../trees/tree.ts';
import type { PullRequest } from './pull-options.ts';
import { bytesBelow, type PullProgress } from './pull-progress.ts';
import { LAYOUT, skopeoCopy } from './skopeo-copy.ts';

/** Tells how a pull gets on, and gives whether anybody listens. */
export type Report = (progress?: PullProgress) => boolean;

/** Pulls an image, or finds it. One process at a time pulls the same one, and the others take what it got. */
export async function pullImage(
  context: StoreContext,
  request: PullRequest,
  signal: AbortSignal,
  report: Report,
): Promise<Named> {
  const { paths } = context;
  const known = request.when === 'missing' ? await find(context, request) : undefined;
  const done = known && (await finishUnlessDamaged(context, known, request, signal, report));
  if (done) return done;
  await makeStore(paths);
  const startedAt = Date.now();
  const lockName = `pull-${keyOf(request.name, platformName(request.platform))}`;
  const lock = await lockFile(path.join(paths.locks, lockName), signal, () =>
    report({ stage: 'waiting', bytes: 0 }),
  );
  return whileHeld(lock, async () => {
    const theirs = await find(context, request);
    // Whoever held the lock may have got it after we asked. With credentials of our own, the registry is to decide.
    const isFresh = theirs?.pulledAt !== undefined && Date.parse(theirs.pulledAt) >= startedAt;
    if (theirs && lock.hadToWait && !request.credentials && (isFresh || request.when === 'missing')) {
      const finished = await finishUnlessDamaged(context, theirs, request, signal, report);
      if (finished) return finished;
    }
    return fetchImage(context, request, signal, report);
  });
}

/** Downloads again what turns out to be damaged in the store, once. */
async function fetchImage(
  context: StoreContext,
  request: PullRequest,
  signal: AbortSignal,
  report: Report,
): Promise<Named> {
  try {
    return await attempt(context, request, signal, report, true);
  } catch (error) {
    if (!(error instanceof StoreDamaged)) throw error;
    return attempt(context, request, signal, report, false);
  }
}

/** A layer that the store had is not what its digest says. */
class StoreDamaged extends Error {}

async function attempt(
  context: StoreContext,
  request: PullRequest,
  signal: AbortSignal,
  report: Report,
  reuse: boolean,
): Promise<Named> {
  const { paths } = context;
  await sweep(paths.pulls).catch(() => {});
  const work = hiddenPath(paths.pulls, 'pull');
  const blobs = path.join(work.path, LAYOUT, 'blobs', 'sha256');
  try {
    await makeDirectories(blobs, 0o700, 0o700);
    if (reuse) await linkBlobs(paths.blobs, blobs);
    const had = new Set(await blobNames(blobs));
    const manifest = await download(context, request, work.path, had, signal, report);
    const named = await checked(blobs, manifest, request);
    const { layers } = await readManifest(blobs, manifest.digest, request.name);
    await repair(paths.blobs, had, await wrongSizes(blobs, layers), request);
    if (request.unpack) {
      report({ stage: 'unpacking', bytes: await bytesBelow(path.join(work.path, LAYOUT), had) });
      const unpacking = ensureTree(context, { ...wantedOf(request, manifest), blobs }, signal);
      await unpacking.catch(async (error: unknown) => {
        if (hasCode(error, 'ERR_IMAGE_DAMAGED')) {
          await repair(paths.blobs, had, await wrongContents(blobs, layers), request, error);
        }
        throw error;
      });
    }
    const bytes = await bytesBelow(path.join(work.path, LAYOUT), had);
    signal.throwIfAborted();
    await publish(context, blobs, named, signal);
    // Garbage may have been collected between the two, with a tree that no name held yet.
    if (request.unpack)
      await ensureTree(context, { ...wantedOf(request, manifest), blobs: paths.blobs }, signal);
    report({ stage: 'done', bytes });
    return named;
  } finally {
    await atomicDelete(work.path, { whenNotAtomic: 'remove' }).finally(() => work.release());
  }
}

async function download(
  context: StoreContext,
  request: PullRequest,
  work: string,
  had: ReadonlySet<string>,
  signal: AbortSignal,
  report: Report,
): Promise<Descriptor> {
  report({ stage: 'downloading', bytes: 0 });
  let known = 0;
  const isWatched = () => report();
  return skopeoCopy(context, request, work, signal, {
    isWatched,
    activity: async () => {
      const arrived = await bytesBelow(work, had);
      const bytes = await bytesBelow(path.join(work, LAYOUT), had);
      if (bytes > known) {
        known = bytes;
        report({ stage: 'downloading', bytes });
      }
      return arrived;
    },
  });
}

/** What skopeo brought must be for the platform that was asked for: for an image of one platform it does not look. */
async function checked(blobs: string, manifest: Descriptor, request: PullRequest): Promise<Named> {
  const { name, platform } = request;
  const { config } = await readManifest(blobs, manifest.digest, name);
  const found = parseConfig(await readBlob(blobs, config.digest, name), name).platform;
  if (isSamePlatform(platform, found)) {
    return { name, manifest, platform: found, pulledAt: new Date().toISOString() };
  }
  const message = `${name} is for ${platformName(found)}, and not for ${platformName(platform)}`;
  throw new ImageError('ERR_IMAGE_PLATFORM', `${message} (ask for a platform that the image has)`, {
    image: name,
  });
}

/** Takes away what the store had wrong. What came in this pull is wrong where it comes from. */
async function repair(
  blobs: string,
  had: ReadonlySet<string>,
  wrong: readonly Descriptor[],
  { name }: PullRequest,
  cause?: unknown,
): Promise<void> {
  const [first] = wrong;
  if (!first) return;
  const ours = wrong.filter(({ digest }) => had.has(digest.slice('sha256:'.length)));
  await removeBlobs(blobs, ours);
  if (ours.length > 0) throw new StoreDamaged();
  if (cause !== undefined) throw cause;
  throw new ImageError(
    'ERR_IMAGE_DAMAGED',
    `${name}: the layer ${first.digest} has not the size that the manifest says`,
    {
      image: name,
    },
  );
}

async function publish(
  context: StoreContext,
  blobs: string,
  named: Named,
  signal: AbortSignal,
): Promise<void> {
  const { paths } = context;
  await whileLocked(context, signal, async () => {
    const keep = await blobsOf(blobs, named);
    await linkBlobs(blobs, paths.blobs, keep);
    const others = (await readIndex(paths.index)).filter(
      ({ name, platform }) => name !== named.name || !isSamePlatform(platform, named.platform),
    );
    await writeIndex(paths.index, [...others, named]);
  });
}

async function blobsOf(blobs: string, { manifest, name }: Named): Promise<ReadonlySet<string>> {
  const { config, layers } = await readManifest(blobs, manifest.digest, name);
  return new Set([manifest, config, ...layers].map(({ digest }) => digest.slice('sha256:'.length)));
}

async function find({ paths }: StoreContext, { name, platform }: PullRequest): Promise<Named | undefined> {
  const names = await readIndex(paths.index);
  return names.find((each) => each.name === name && isSamePlatform(platform, each.platform));
}

/** What was there is unpacked where that is wanted; undefined where its blobs are no good, so that it must be fetched again. */
async function finishUnlessDamaged(
  context: StoreContext,
  named: Named,
  request: PullRequest,
  signal: AbortSignal,
  report: Report,
): Promise<Named | undefined> {
  if (request.unpack) {
    const wanted = { ...wantedOf(request, named.manifest), blobs: context.paths.blobs };
    const tree = await ensureTree(context, wanted, signal, () =>
      report({ stage: 'unpacking', bytes: 0 }),
    ).catch((error: unknown) => {
      if (!hasCode(error, 'ERR_IMAGE_DAMAGED')) throw error;
    });
    if (tree === undefined) return undefined;
  }
  report({ stage: 'done', bytes: 0 });
  return named;
}

function wantedOf(
  { name, timeoutMs, stallTimeoutMs }: PullRequest,
  manifest: Descriptor,
): Omit<WantedTree, 'blobs'> {
  return { manifest, image: name, mappings: noMappings(), limits: { timeoutMs, stallTimeoutMs } };
}

function keyOf(...words: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 32);
}
