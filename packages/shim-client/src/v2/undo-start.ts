import { readdirSync, readFileSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { signalProcess, untilGone, workerIn } from '@shimwright/shim-host';

/** Ticks of `/proc` in a second; the same on all systems that Node runs on. */
const TICKS = 100;

/** What a bundle and the machine were like before a start, so that all that came since can be taken back. */
export class BeforeStart {
  readonly #bundlePath: string;
  readonly #names: ReadonlySet<string>;
  readonly #ticks: number;

  constructor(bundlePath: string) {
    this.#bundlePath = bundlePath;
    this.#names = new Set(readdirSync(bundlePath));
    this.#ticks = Math.floor(Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * TICKS);
  }

  /**
   * Ends the processes that work in the bundle since: whatever a shim says of itself, it works there. Then removes the files that
   * came since. What was there, and what works there for longer, is somebody else's.
   */
  async restore(): Promise<void> {
    await Promise.all(this.#workers().map((worker) => signalProcess(worker, 'SIGKILL') && untilGone(worker)));
    for (const name of readdirSync(this.#bundlePath)) {
      if (!this.#names.has(name)) removeUnlessDirectory(path.join(this.#bundlePath, name));
    }
  }

  #workers() {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 1 && pid !== process.pid)
      .flatMap((pid) => workerIn(this.#bundlePath, pid) ?? [])
      .filter(({ startTime }) => Number(startTime) >= this.#ticks);
  }
}

function removeUnlessDirectory(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // A directory, or in nobody's way.
  }
}
