import type { Socket } from 'node:net';

/** How long is waited before it is looked again whether a group can end that somebody is about to use. */
const AGAIN_MS = 1_000;

/** What decides about the end of a group's process. */
export interface GroupEndOptions {
  /** How long it stays without a container and a connection. */
  readonly lingerMs: number;
  /** Whether it has a container. */
  readonly isBusy: () => boolean;
  /** Ends it, unless somebody is about to use it. @returns whether it ends. */
  readonly end: () => boolean;
}

/** Notices that the process of a group is not needed any more. */
export class GroupEnd {
  readonly #options: GroupEndOptions;
  readonly #connections = new Set<Socket>();
  #timer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  constructor(options: GroupEndOptions) {
    this.#options = options;
  }

  /** Counts a client for as long as it is connected. */
  connected(socket: Socket): void {
    this.#connections.add(socket);
    socket.once('close', () => {
      this.#connections.delete(socket);
      this.look();
    });
    this.look();
  }

  /** Something has changed. */
  look(waitMs = this.#options.lingerMs): void {
    clearTimeout(this.#timer);
    if (this.#hasEnded || this.#isBusy()) return;
    this.#timer = setTimeout(() => {
      if (this.#isBusy()) return;
      this.#hasEnded = this.#options.end();
      if (!this.#hasEnded) this.look(Math.max(AGAIN_MS, this.#options.lingerMs));
    }, waitMs);
  }

  #isBusy(): boolean {
    return this.#connections.size > 0 || this.#options.isBusy();
  }
}
