import { descriptor } from './argument.ts';
import { native } from './library.ts';

/** A watch on a descriptor; it keeps the process alive until it is closed, unless told otherwise. */
export interface DescriptorWatch {
  /** Ends the watch; the descriptor stays open. Call it before closing that. */
  close(): void;
  /** Lets the process end while this watch is on. */
  unref(): void;
}

const watches = new Set<DescriptorWatch>();

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
export function watchReadable(fd: number, onReadable: () => void): DescriptorWatch {
  return watch(fd, { readable: true }, onReadable);
}

/**
 * The same for a descriptor that can be written to: `onWritable` is called again and again while a write would not
 * wait, and also once the other side is gone, as the next write tells. To watch a descriptor that a stream reads, watch a
 * duplicate of it.
 */
export function watchWritable(fd: number, onWritable: () => void): DescriptorWatch {
  return watch(fd, { writable: true }, onWritable);
}

function watch(
  fd: number,
  events: { readonly readable?: true; readonly writable?: true },
  onEvent: () => void,
): DescriptorWatch {
  const handle = native().koffi.node.poll(descriptor(fd), events, onEvent);
  if (watches.size === 0) process.once('exit', closeAll);
  const own: DescriptorWatch = {
    close: () => {
      if (!watches.delete(own)) return;
      handle.close();
      if (watches.size === 0) process.removeListener('exit', closeAll);
    },
    unref: () => handle.unref(),
  };
  watches.add(own);
  return own;
}

// What watches beyond the end of its process makes Node abort.
function closeAll(): void {
  for (const each of watches) each.close();
}
