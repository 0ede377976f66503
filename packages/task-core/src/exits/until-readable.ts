import { watchReadable } from '@shimwright/linux-native';

/** Resolves when there is something to read: at a pidfd, the end of its process. @throws where it cannot be watched. */
export function untilReadable(fd: number): Promise<void> {
  return new Promise((resolve) => {
    const watch = watchReadable(fd, () => {
      watch.close();
      resolve();
    });
  });
}
