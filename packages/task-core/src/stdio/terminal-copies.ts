import type { ProcessIdentity } from '@shimwright/linux-native';
import { type Copying, copy, goOnCopying } from './copier.ts';

/** How often it is looked whether a terminal that nobody has open is opened again: at first, and at most. */
const REOPENED_MS = { first: 10, longest: 250 } as const;

// 128 and the number of SIGPIPE: who reads is gone for good.
const BROKEN_PIPE = 141;

/** What one way of a terminal is copied between. */
export interface TerminalWay {
  readonly source: number;
  /** Undefined to read all and lose it. */
  readonly target: number | undefined;
  /** A process that copies already. */
  readonly earlier?: ProcessIdentity | undefined;
}

/** What is told of one way of a terminal. */
export interface TerminalWayEvents {
  /** Another process copies from now on. */
  onChange(): void;
  /** The end of what is copied, or, of the terminal itself, that nobody has it open. @returns whether to copy again later. */
  onEnd(status: number): boolean;
}

/**
 * Copies one way of a terminal by a process of its own, and again when that has ended: what reads a terminal fails whenever nobody
 * has it open, and somebody may open it later.
 */
export class TerminalCopies {
  readonly #source: number;
  #target: number | undefined;
  readonly #events: TerminalWayEvents;
  #current: Copying | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waitMs: number = REOPENED_MS.first;
  #hasStopped = false;

  constructor({ source, target, earlier }: TerminalWay, events: TerminalWayEvents) {
    this.#source = source;
    this.#target = target;
    this.#events = events;
    const going = earlier && goOnCopying(earlier);
    if (going) this.#follow(going);
  }

  /** What copies now. */
  get process(): ProcessIdentity | undefined {
    return this.#current?.process;
  }

  /** Copies, unless that is done already or was stopped. */
  start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#hasStopped || this.#current) return;
    try {
      this.#follow(copy(this.#source, this.#target));
      this.#events.onChange();
    } catch {
      this.#later(); // no process can be started just now
    }
  }

  /** Ends it at once. */
  stop(): void {
    this.leave();
    this.#current?.stop();
  }

  /** Leaves it to itself. */
  leave(): void {
    this.#hasStopped = true;
    clearTimeout(this.#timer);
  }

  #follow(copying: Copying): void {
    this.#current = copying;
    void copying.ended.then((status) => {
      this.#current = undefined;
      if (this.#hasStopped) return;
      if (status === BROKEN_PIPE) this.#target = undefined;
      if (this.#events.onEnd(status) && !this.#hasStopped) this.#later();
    });
  }

  #later(): void {
    this.#timer = setTimeout(() => this.start(), this.#waitMs).unref();
    this.#waitMs = Math.min(2 * this.#waitMs, REOPENED_MS.longest);
  }
}
