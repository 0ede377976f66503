/** Aborts a call when its caller does, or when its time is over: whichever is first. */
export class CallEnd {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #onAbort = () => this.#controller.abort(reasonOf(this.#caller));

  /**
   * @param caller may be of another realm, which `AbortSignal.any` refuses.
   * @param timeoutMs no timer runs for `Infinity`.
   * @param onTimeout what the call then rejects with.
   */
  constructor(caller: AbortSignal | undefined, timeoutMs: number, onTimeout: () => Error) {
    this.#caller = caller;
    caller?.addEventListener('abort', this.#onAbort);
    if (caller?.aborted) this.#onAbort();
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#controller.abort(onTimeout()), timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Lets go of the caller's signal and of the timer. */
  close(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#onAbort);
  }
}

/** Throws the signal's reason if it is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}

function reasonOf(signal: AbortSignal | undefined): unknown {
  return signal?.reason ?? new DOMException('This operation was aborted', 'AbortError');
}
