import type { Call } from './call.ts';

/**
 * The calls that a connection is at work on.
 *
 * A list in which the last takes the place of one that goes, as a `Set` that calls come and go in is as hard
 * on the garbage collector as the `Map` that `StreamTable` does without.
 */
export class CallList {
  readonly #calls: Call[] = [];

  /** How many there are. */
  get size(): number {
    return this.#calls.length;
  }

  /** Adds a call, which must be in no list. */
  add(call: Call): void {
    call.place = this.#calls.push(call) - 1;
  }

  /** Removes a call that is in this list. */
  remove(call: Call): void {
    const last = this.#calls.pop();
    if (!last || last === call) return;
    last.place = call.place;
    this.#calls[last.place] = last;
  }

  /** Tells all handlers that nobody waits for their answers any more. */
  abort(reason: unknown): void {
    for (const call of this.#calls) call.abort(reason);
  }
}
