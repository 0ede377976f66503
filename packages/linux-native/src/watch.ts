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
 * Calls `onReadable` from the event loop, repeatedly, as long as there is something to read. On a pidfd that is the end of
 * its process, which stays readable, so close the watch then. On an eventfd it is a count, until you take it. No thread
 * waits, and nothing is read here.
 *
 * It is for descriptors that Node has no stream for. libuv allows one watch on each. See poll(2).
 *
 * @throws {NativeError} `ERR_NATIVE_ARGUMENT`, `ERR_NATIVE_PLATFORM`, `ERR_NATIVE_LIBRARY`.
 * @throws if `fd` is not open, or is a regular file.
 */
export function watchReadable(fd: number, onReadable: () => void): DescriptorWatch {
  return watch(fd, { readable: true }, onReadable);
}

/**
 * Calls `onWritable` from the event loop, repeatedly, while a write would not wait, and also once the other side is gone,
 * which the next write reports. To watch a descriptor that a stream reads, watch a duplicate of it.
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
