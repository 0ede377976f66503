import { type ProcessIdentity, processStat } from '@shimwright/linux-native';

/**
 * The processes that an earlier process has made, which are the keeper's children now. It reaps none by itself, so that how they
 * ended can be read, and all at once when it is told to.
 */
export class KeptProcesses {
  readonly #tell: () => void;
  /** Those whose end is not noted yet. */
  readonly #open = new Map<number, ProcessIdentity>();
  #isAsked = false;

  /** @param tell tells the keeper to reap what has ended. */
  constructor(tell: () => void) {
    this.#tell = tell;
  }

  /** Knows one whose end is still to be noted. */
  add(process: ProcessIdentity): void {
    this.#open.set(process.pid, process);
  }

  /**
   * The end of a process is noted. Then it should not stay a zombie: the first process of its pid namespace cannot end before. But
   * whoever has ended just now, and is not noted yet, comes first.
   */
  noted(pid: number): void {
    if (!this.#open.delete(pid) || this.#isAsked) return;
    this.#isAsked = true;
    setImmediate(() => {
      this.#isAsked = false;
      if (![...this.#open.values()].some(hasEnded)) this.#tell(); // else, it is told when that one is noted
    });
  }
}

function hasEnded({ pid, startTime }: ProcessIdentity): boolean {
  const stat = processStat(pid);
  return stat?.startTime === startTime && stat.state === 'Z';
}
