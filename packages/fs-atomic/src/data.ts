import { badArgument, isObject } from './arguments.ts';
import { known } from './file-system.ts';
import { whileHeld } from './in-order.ts';
import { type Steps, step } from './steps.ts';

/** A string, or bytes in any view. A view is written completely, whatever the size of its elements. */
export type Bytes = string | ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** What a file is to hold: all at once, or in parts. */
export type SyncData = Bytes | Iterable<Bytes>;

/** What a file is to hold: all at once, or in parts, such as those of a stream. */
export type Data = SyncData | AsyncIterable<Bytes>;

/** The parts of what is to be written, one after the other. */
export interface Source {
  /** Whether it may take long to have all. */
  readonly isSlow: boolean;
  /** The next bytes; undefined at the end. */
  readonly next: () => Steps<Uint8Array | undefined>;
  /** Tells that no more is wanted. */
  readonly stop: () => void;
}

/** What parts are collected to, since a write of each word would take long. */
const MIN_PART_BYTES = 64 << 10;

const NO_DATA = 'the data must be text, bytes, or an iterable of such';
const TAKEN_AWAY = 'the bytes were transferred to somebody else before they were written';

/** What there is to know about it. */
interface Facts {
  /** The path that it is for, which the maker of the parts may call us about. */
  readonly key: string;
  readonly encoding: BufferEncoding | undefined;
  readonly signal: AbortSignal | undefined;
  readonly canWait: boolean;
}

/** @throws {AtomicError} `ERR_ATOMIC_ARGUMENT`. */
export function sourceOf(data: Data, facts: Facts): Source {
  const bytes = bytesOf(data, facts.encoding);
  if (bytes) return sourceOfBytes(bytes);
  if (!isObject(data)) throw badArgument(NO_DATA);
  const isAsync = typeof data[Symbol.asyncIterator] === 'function';
  if (isAsync && !facts.canWait) throw badArgument('the sync form cannot wait for data that comes later');
  const make = isAsync ? data[Symbol.asyncIterator] : data[Symbol.iterator];
  if (typeof make !== 'function') throw badArgument(NO_DATA);
  return sourceOfParts(data as Partial<Destroyable>, make.call(data) as Parts, isAsync, facts);
}

function sourceOfBytes(bytes: Uint8Array): Source {
  const { byteLength } = bytes;
  let left: Uint8Array | undefined = bytes.length > 0 ? bytes : undefined;
  const take = () => {
    const all = left && stillThere(left, byteLength);
    left = undefined;
    return all;
  };
  return { isSlow: false, next: () => known(take), stop: () => {} };
}

/** What Node's streams are. */
interface Destroyable {
  destroy(): unknown;
}

type Parts = Iterator<unknown> | AsyncIterator<unknown>;

function sourceOfParts(data: Partial<Destroyable>, parts: Parts, isAsync: boolean, facts: Facts): Source {
  let isOver = false;
  const one = () => step<IteratorResult<unknown>>({ how: 'promise', ...pull(parts, isAsync, facts) });
  return {
    isSlow: isAsync,
    *next() {
      const collected: Uint8Array[] = [];
      for (let length = 0; !isOver && length < MIN_PART_BYTES; ) {
        const { done, value } = yield* one();
        if (done) {
          isOver = true;
          break;
        }
        const bytes = bytesOf(value, facts.encoding);
        if (!bytes) throw badArgument(NO_DATA);
        length += bytes.length;
        collected.push(bytes);
      }
      if (collected.length === 0) return undefined;
      return collected.length === 1 ? collected[0] : Buffer.concat(collected);
    },
    stop: () => {
      // Nobody waits for it: it may be this very part that never comes.
      if (!isOver) stopQuietly(data, parts);
      isOver = true;
    },
  };
}

function pull(
  parts: Parts,
  isAsync: boolean,
  { key, signal }: Facts,
): { sync(): IteratorResult<unknown>; promise(): Promise<IteratorResult<unknown>> } {
  return {
    sync: () => (parts as Iterator<unknown>).next(),
    promise: async () => {
      const next = Promise.resolve(isAsync ? whileHeld([key], () => parts.next()) : parts.next());
      if (!signal) return next;
      const aborted = Promise.withResolvers<never>();
      const abort = () => aborted.reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      try {
        if (signal.aborted) abort();
        return await Promise.race([next, aborted.promise]);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
  };
}

/** What it fails with now is not what matters. */
function stopQuietly(data: Partial<Destroyable>, parts: Parts): void {
  try {
    // A stream that is waited for hears of nothing else.
    if (typeof data.destroy === 'function') data.destroy();
    Promise.resolve(parts.return?.()).catch(() => {});
  } catch {
    // As said above.
  }
}

/** The bytes of what may be of another realm; undefined for anything else. */
function bytesOf(data: unknown, encoding: BufferEncoding | undefined): Uint8Array | undefined {
  if (typeof data === 'string') return Buffer.from(data, encoding);
  try {
    if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (isBuffer(data)) return new Uint8Array(data);
  } catch {
    throw badArgument(TAKEN_AWAY);
  }
  return undefined;
}

/**
 * The same bytes. Those that are transferred while they wait to be written have no length any more, and would be written
 * as an empty file.
 *
 * @throws {AtomicError} `ERR_ATOMIC_ARGUMENT`.
 */
export function stillThere(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.byteLength !== length) throw badArgument(TAKEN_AWAY);
  return bytes;
}

/** Told by what only such a buffer answers, of whatever realm it is. */
function isBuffer(data: unknown): data is ArrayBuffer | SharedArrayBuffer {
  return [ArrayBuffer, SharedArrayBuffer].some(({ prototype }) => {
    try {
      Reflect.get(prototype, 'byteLength', data);
      return true;
    } catch {
      return false;
    }
  });
}
