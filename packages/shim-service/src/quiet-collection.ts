import { systemCall } from '@shimwright/linux-native';

/** How long nothing must have happened. */
const QUIET_MS = 2_000;

// What has become free in the middle of the C library's memory goes back to the kernel, see malloc_trim(3); musl gives it back by itself.
const mallocTrim = systemCall<[number]>('malloc_trim', 'int malloc_trim(size_t pad)');

/**
 * Gives back what a burst of containers has left behind, once nothing has happened for a while: V8 collects what is old only when it
 * has grown by some megabytes, which a process that rests never does. It holds up this process for 30 to 50 ms, in a moment in which
 * nobody asks anything of it.
 *
 * It needs a Node that was started with `--expose-gc`, and does nothing otherwise.
 */
export class QuietCollection {
  #timer: NodeJS.Timeout | undefined;

  /** Containers have come, or gone. */
  note(): void {
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(collect, QUIET_MS).unref();
  }
}

function collect(): void {
  if (!globalThis.gc) return;
  globalThis.gc({ execution: 'sync', flavor: 'last-resort' }); // a regular one keeps its pages
  try {
    mallocTrim([0]);
  } catch {
    // There is no such function.
  }
}
