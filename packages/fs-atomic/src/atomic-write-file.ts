import { type BigIntStats, constants, type Stats } from 'node:fs';
import { checked, type Owner } from './arguments.ts';
import { type Attributes, attributesFor, give, openingMode, remember } from './attributes.ts';
import { type Data, type Source, type SyncData, sourceOf, stillThere } from './data.ts';
import { flushed } from './durable.ts';
import { AtomicError, systemError } from './errors.ts';
import * as disk from './file-system.ts';
import { closeFlushable, closeQuietly, type Flushable, flush, openFlushable, write } from './flushable.ts';
import { hiddenName } from './hidden-name.ts';
import { inOrder, neverOvertaken, type Overtaken, overtake } from './in-order.ts';
import { using } from './in-use.ts';
import { withParents } from './parents.ts';
import { at, type Place, placeOf, releasing, releasingSync, type Target } from './place.ts';
import { withSlot } from './slot.ts';
import { runPromise, runSync, type Steps } from './steps.ts';

/** How a file is written. */
export interface AtomicWriteFileSyncOptions {
  /** Whether the content is on the disk before the file takes its name. @default true */
  readonly fsync?: boolean;
  /** Whether the name, too, is on the disk before the call is done. @default true */
  readonly fsyncDirectory?: boolean;
  /**
   * The permissions, exactly: no umask is applied.
   *
   * @default those of the file that is replaced, without the set-id bits where its owner cannot be kept; else 0o666
   * without the umask
   */
  readonly mode?: number;
  /**
   * The owner, which only root can choose freely.
   *
   * @default that of the file that is replaced, where this process may give it away; else that of any new file
   */
  readonly owner?: Owner;
  /** How text becomes bytes. @default 'utf8' */
  readonly encoding?: BufferEncoding;
  /** Whether to make the directories above it that are missing. @default false */
  readonly parents?: boolean;
}

/** How the promise form writes a file. */
export interface AtomicWriteFileOptions extends AtomicWriteFileSyncOptions {
  /** An abort before the file takes its name leaves everything as it was; afterwards it has no effect. */
  readonly signal?: AbortSignal;
}

/**
 * Writes a file so that whoever opens it finds its old content or all of the new, whatever happens to this process, the
 * disk or the machine. It writes beside the target under a hidden name, then renames. If that fails, for example with
 * `ENOSPC` on a full disk, the old file is unchanged and nothing is left behind.
 *
 * A link at `file` is replaced, not followed. If this thread makes several calls for one path, the last one wins.
 *
 * @param data a string; any view of bytes, which is written completely whatever the size of its elements; or an iterable
 * of these, such as a stream. If it throws, that error is thrown.
 * @throws {AtomicError} `ERR_ATOMIC_ARGUMENT` for an argument of the wrong kind. `ERR_ATOMIC_NOT_A_FILE` if a FIFO, a
 * socket or a device is there. `ERR_ATOMIC_NOT_DURABLE` if the new content is in its place, but the directory could not
 * be flushed.
 */
export async function atomicWriteFile(
  file: Target,
  data: Data,
  options: AtomicWriteFileOptions = {},
): Promise<void> {
  const { signal } = checkedOptions(options);
  signal?.throwIfAborted();
  const place = placeOf(file);
  await releasing(place, async () => {
    const { key, directory } = place;
    const source = sourceOf(data, { key, encoding: options.encoding, signal, canWait: true });
    try {
      await inOrder(key, signal, (overtaken) =>
        runPromise(at(place, writeSteps(place, source, options, overtaken)), directory),
      );
    } finally {
      source.stop();
    }
  });
}

/**
 * The synchronous form of `atomicWriteFile`.
 *
 * @throws {AtomicError} as `atomicWriteFile` does, and `ERR_ATOMIC_ARGUMENT` for data that comes later.
 */
export function atomicWriteFileSync(
  file: Target,
  data: SyncData,
  options: AtomicWriteFileSyncOptions = {},
): void {
  checkedOptions(options);
  const place = placeOf(file);
  releasingSync(place, () => {
    const { key } = place;
    const source = sourceOf(data, { key, encoding: options.encoding, signal: undefined, canWait: false });
    try {
      runSync(at(place, writeSteps(place, source, options, neverOvertaken)));
    } finally {
      source.stop();
    }
    overtake(key, 'write');
  });
}

function checkedOptions(options: AtomicWriteFileOptions): AtomicWriteFileOptions {
  return checked(options, {
    fsync: 'boolean',
    fsyncDirectory: 'boolean',
    mode: 'mode',
    owner: 'owner',
    encoding: 'encoding',
    parents: 'boolean',
    signal: 'signal',
  });
}

function* writeSteps(
  place: Place,
  source: Source,
  options: AtomicWriteFileOptions,
  overtaken: Overtaken,
): Steps<void> {
  const old = yield* disk.lstat(place.path);
  refuseOtherKinds(place, old);
  const attributes = yield* attributesFor(place, old, options);
  const writing = () => replacing(place, source, attributes, options, overtaken);
  // Who waits for data, for as long as it takes, must not keep others waiting.
  const work = source.isSlow ? writing : () => withSlot(writing());
  if (options.parents && !old) yield* withParents(place, options.fsyncDirectory ?? true, work);
  else yield* work();
}

/** What is no file is something that others talk through, or a tree. */
function refuseOtherKinds({ given }: Place, old: Stats | undefined): void {
  if (!old || old.isFile() || old.isSymbolicLink()) return;
  if (old.isDirectory())
    throw systemError('EISDIR', -21, 'illegal operation on a directory', 'rename', given);
  throw new AtomicError(
    'ERR_ATOMIC_NOT_A_FILE',
    `${given} is a FIFO, a socket or a device, which is not replaced`,
    {
      path: given,
    },
  );
}

function* replacing(
  place: Place,
  source: Source,
  attributes: Attributes,
  options: AtomicWriteFileOptions,
  overtaken: Overtaken,
): Steps<void> {
  yield* using(place, hiddenName(place.name, 'write'), function* (hidden) {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    const file = yield* openFlushable(hidden, flags, openingMode(attributes));
    try {
      const stats = yield* fill(file, source, attributes, options);
      const rename = renaming(hidden, place, options.signal, overtaken);
      yield* flushed(place, options.fsyncDirectory ?? true, rename);
      remember(place, stats);
    } catch (error) {
      yield* discard(hidden);
      throw error;
    }
  });
}

/** Gives the file its name; or not, where a later call has given it to another one. */
function* renaming(
  hidden: string,
  place: Place,
  signal: AbortSignal | undefined,
  overtaken: Overtaken,
): Steps<boolean> {
  signal?.throwIfAborted();
  if (overtaken()) {
    yield* discard(hidden);
    return false;
  }
  yield* disk.rename(hidden, place.path);
  return true;
}

/** Writes all and closes. */
function* fill(
  file: Flushable,
  source: Source,
  attributes: Attributes,
  { signal, fsync = true }: AtomicWriteFileOptions,
): Steps<BigIntStats> {
  let stats: BigIntStats;
  try {
    stats = yield* disk.fstat(file.descriptor);
    for (let part = yield* source.next(); part; part = yield* source.next())
      yield* writeAll(file, part, signal);
    yield* give(file, stats, attributes);
    if (fsync) yield* flush(file);
  } catch (error) {
    yield* closeQuietly(file);
    throw error;
  }
  yield* closeFlushable(file);
  return stats;
}

function* writeAll(file: Flushable, bytes: Uint8Array, signal: AbortSignal | undefined): Steps<void> {
  const { length } = bytes;
  for (let start = 0; start < length; ) {
    signal?.throwIfAborted();
    start += yield* write(file, start === 0 ? bytes : stillThere(bytes, length).subarray(start));
  }
}

/** Should even this fail, the file is left to `sweep`. */
function* discard(hidden: string): Steps<void> {
  try {
    yield* disk.unlink(hidden);
  } catch {
    // The first failure is the one that matters.
  }
}
