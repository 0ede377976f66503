import { descriptor } from './argument.ts';
import { native } from './library.ts';

/** A watch on a descriptor; it keeps the process alive until it is closed, unless told otherwise. */
export interface ReadableWatch {
  /** Ends the watch; the descriptor stays open. Call it before closing that. */
  close(): void;
  /** Lets the process end while this watch is on. */
  unref(): void;
}

/**
 * Calls `onReadable` from the event loop, again and again for as long as there is something to read: at a
 * pidfd the end of its process, which stays so (close the watch then); at an eventfd a count, until it is
 * taken. No thread waits, and nothing is read here.
 *
 * It is for descriptors that no stream of Node has: libuv allows one watch on each. See poll(2).
 *
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`, `ERR_NATIVE_PLATFORM`, `ERR_NATIVE_LIBRARY`.
 * @throws when `fd` is not open, or is a regular file.
 */
export function watchReadable(fd: number, onReadable: () => void): ReadableWatch {
  return native().koffi.node.poll(descriptor(fd), { readable: true }, onReadable);
}
