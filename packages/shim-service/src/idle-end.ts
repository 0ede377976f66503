import type { Socket } from 'node:net';
import type { ShimHandlers } from '@shimwright/shim-api';

/** How long a shim stays without a container and without a client, unless told otherwise. */
export const IDLE_MS = 30_000;

/**
 * Notices that a shim has had neither a container nor a client for some time: whoever started it has died before there was
 * a container, or that was never made, and nobody will come for it.
 */
export class IdleEnd {
  readonly #idleMs: number;
  readonly #onEnd: () => void;
  readonly #connections = new Set<Socket>();
  #creations = 0;
  #hasContainer = false;
  #isStopped = true;
  #timer: NodeJS.Timeout | undefined;

  /** @param onEnd called once, when the time is up. */
  constructor(idleMs: number, onEnd: () => void) {
    this.#idleMs = idleMs;
    this.#onEnd = onEnd;
  }

  /** Begins to count: the shim can be reached. */
  begin(): void {
    this.#isStopped = false;
    this.#look();
  }

  /** Counts a client for as long as it is connected. */
  connected(socket: Socket): void {
    this.#connections.add(socket);
    socket.once('close', () => {
      this.#connections.delete(socket);
      this.#look();
    });
    this.#look();
  }

  /** A container is there that an earlier shim made. */
  adopted(): void {
    this.#hasContainer = true;
    this.#look();
  }

  /** The same calls, of which those are noticed that make a container and delete it. */
  watched(handlers: ShimHandlers): ShimHandlers {
    return {
      ...handlers,
      create: async (request, context) => {
        this.#creations += 1;
        this.#look();
        try {
          const response = await handlers.create(request, context);
          this.#hasContainer = true;
          return response;
        } finally {
          this.#creations -= 1;
          this.#look();
        }
      },
      delete: async (request, context) => {
        const response = await handlers.delete(request, context);
        this.#hasContainer = false;
        this.#look();
        return response;
      },
    };
  }

  /** Whether a container is being made just now. */
  get isMaking(): boolean {
    return this.#creations > 0;
  }

  /** Ends no shim any more. */
  stop(): void {
    this.#isStopped = true;
    this.#look();
  }

  #look(): void {
    clearTimeout(this.#timer);
    const isBusy = this.#hasContainer || this.#creations > 0 || this.#connections.size > 0;
    if (!isBusy && !this.#isStopped) this.#timer = setTimeout(this.#onEnd, this.#idleMs);
  }
}
