import fs from 'node:fs';
import { AtomicError, aboutPath, hasCode } from './errors.ts';
import * as disk from './file-system.ts';
import { mayNameMount, mountsListed } from './mountinfo.ts';
import { called, outOfDescriptors } from './patience.ts';
import { at, type Place, placeOf, releasing, releasingSync, type Target } from './place.ts';
import { runPromise, runSync, type Steps, step } from './steps.ts';

/**
 * The mount points at a path and below it, each by its absolute path without links: what stands against its deletion.
 * They are those of this process's mount namespace; elsewhere than on Linux none are found.
 *
 * @throws {AtomicError} `ERR_ATOMIC_MOUNTS_UNKNOWN` where `/proc` is not there, or may not be read.
 */
export async function mountsWithin(target: Target): Promise<string[]> {
  const place = placeOf(target);
  return releasing(place, () => runPromise(at(place, knownMounts(place)), place.directory));
}

/**
 * The same as `mountsWithin`, before it returns.
 *
 * @throws {AtomicError} `ERR_ATOMIC_MOUNTS_UNKNOWN` where `/proc` is not there, or may not be read.
 */
export function mountsWithinSync(target: Target): string[] {
  const place = placeOf(target);
  return releasingSync(place, () => runSync(at(place, knownMounts(place))));
}

/** @throws {AtomicError} `ERR_ATOMIC_MOUNTED` when something is mounted at the place or below it. */
export function* refuseMounts(place: Place): Steps<void> {
  const found = yield* mountSteps(place);
  if (found.length > 0) throw mounted(place, found);
}

export function mounted({ given }: Place, mounts: readonly string[], cause?: unknown): AtomicError {
  const facts = { path: given, mounts };
  return new AtomicError(
    'ERR_ATOMIC_MOUNTED',
    `${given} is not deleted, because of what is mounted there; unmount ${mounts.join(', ')} first`,
    cause === undefined ? facts : { ...facts, cause },
  );
}

/** The mount points; none where nobody can tell, since each directory is looked at again before it is emptied. */
export function* mountSteps(place: Place): Steps<string[]> {
  try {
    return yield* knownMounts(place);
  } catch (error) {
    if (hasCode(error, 'ERR_ATOMIC_MOUNTS_UNKNOWN')) return [];
    throw error;
  }
}

function* knownMounts(place: Place): Steps<string[]> {
  // Only Linux can mount a directory of a file system into the same one; elsewhere the device number tells.
  if (process.platform !== 'linux') return [];
  const mountinfo = yield* readMountinfo(place);
  const name = asBytes(place.name);
  if (!mayNameMount(mountinfo, name)) return [];
  const parent = asBytes(yield* realDirectory(place));
  return mountsListed(mountinfo, parent, name).map((point) => Buffer.from(point, 'latin1').toString());
}

const asBytes = (text: string) => Buffer.from(text).toString('latin1');

function realDirectory({ directory }: Place): Steps<string> {
  return /^\/proc\/self\/fd\/\d+$/.test(directory) ? disk.readlink(directory) : disk.realpath(directory);
}

const MOUNTINFO = '/proc/self/mountinfo';
const MAX_CHUNK_BYTES = 64 << 10;

// Some tens of mounts are read faster than another thread can be asked to; a machine full of containers has thousands.
const MAX_QUICK_BYTES = 16 << 10;
let lastBytes = 0;

function* readMountinfo({ given }: Place): Steps<string> {
  let descriptor: number;
  try {
    descriptor = yield* openMountinfo();
  } catch (error) {
    if (isHidden(error)) {
      const facts = { path: given, cause: error };
      throw new AtomicError(
        'ERR_ATOMIC_MOUNTS_UNKNOWN',
        `what is mounted below ${given} cannot be told`,
        facts,
      );
    }
    throw aboutPath(error, given);
  }
  try {
    let text = '';
    for (let part = yield* readPart(descriptor); part !== ''; part = yield* readPart(descriptor))
      text += part;
    lastBytes = text.length;
    return text;
  } catch (error) {
    throw aboutPath(error, given);
  } finally {
    yield* disk.close(descriptor);
  }
}

/** Whether a file of /proc cannot be seen, because it is not mounted, or not ours to read. */
export function isHidden(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ERR_ACCESS_DENIED');
}

function openMountinfo(): Steps<number> {
  return quickly({
    sync: () => fs.openSync(MOUNTINFO, 'r'),
    promise: () => called<number>((answer) => fs.open(MOUNTINFO, 'r', answer), outOfDescriptors),
  });
}

const scratch = Buffer.allocUnsafeSlow(MAX_CHUNK_BYTES);

function readPart(descriptor: number): Steps<string> {
  return quickly({
    sync: () => scratch.toString('latin1', 0, fs.readSync(descriptor, scratch, 0, scratch.length, null)),
    promise: async () => {
      const buffer = Buffer.allocUnsafeSlow(MAX_CHUNK_BYTES); // others read meanwhile
      const length = await called<number>((answer) =>
        fs.read(descriptor, buffer, 0, buffer.length, null, answer),
      );
      return buffer.toString('latin1', 0, length);
    },
  });
}

function quickly<Result>(one: { sync(): Result; promise(): Promise<Result> }): Steps<Result> {
  return step<Result>(lastBytes > MAX_QUICK_BYTES ? { ...one, how: 'promise' } : { ...one, how: 'sync' });
}
