import { transferableAbortController } from 'node:util';
import type { CallContext, Metadata } from './types.ts';

/** A call that a handler is at work on. */
export class Call implements CallContext {
  readonly timeoutMs: number | undefined;
  readonly metadata: Metadata;
  #controller: AbortController | undefined;
  #reason: unknown;
  #aborted = false;

  constructor(timeoutMs: number | undefined, metadata: Metadata) {
    this.timeoutMs = timeoutMs;
    this.metadata = metadata;
  }

  /** Made when it is asked for: most handlers never do, and it costs more than all else about a call. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = newController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Whether nobody waits for the answer any more. */
  get aborted(): boolean {
    return this.#aborted;
  }

  /** Why that is so. */
  get reason(): unknown {
    return this.#reason;
  }

  /** Tells the handler that nobody waits for its answer any more. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}

/** Where there are no global names, as in a context of `node:vm`, it is got from a module, a little more slowly. */
function newController(): AbortController {
  return typeof AbortController === 'function' ? new AbortController() : transferableAbortController();
}
