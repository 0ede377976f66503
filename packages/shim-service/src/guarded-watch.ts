import { type ReadableWatch, watchReadable } from '@shimwright/linux-native';

const watches = new Set<ReadableWatch>();

/** A watch that this process may end with: what watches beyond that end makes Node abort. See `watchReadable`. */
export function guardedWatch(fd: number, onReadable: () => void): ReadableWatch {
  if (watches.size === 0) process.once('exit', closeAll);
  const watch = watchReadable(fd, onReadable);
  watches.add(watch);
  return {
    close: () => {
      watch.close();
      watches.delete(watch);
      if (watches.size === 0) process.removeListener('exit', closeAll);
    },
    unref: () => watch.unref(),
  };
}

function closeAll(): void {
  for (const watch of watches) watch.close();
}
