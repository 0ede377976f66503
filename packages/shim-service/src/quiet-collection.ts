/** How long nothing must have happened. */
const QUIET_MS = 1_000;

/**
 * Gives back what a burst of containers has left behind, once nothing has happened for a while: V8 collects what is old only when it
 * has grown by some megabytes, which a process that rests never does. Half of what a resting container seems to take is that. It holds
 * up this process for some hundredths of a second, in a moment in which nobody asks anything of it.
 *
 * It needs a Node that was started with `--expose-gc`, and does nothing otherwise.
 */
export class QuietCollection {
  #timer: NodeJS.Timeout | undefined;

  /** Containers have come, or gone. */
  note(): void {
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => globalThis.gc?.(), QUIET_MS).unref();
  }
}
