import { throwIfAborted } from '../call-end.ts';

interface Running<Result> {
  readonly result: Promise<Result>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * What is found out once in a process, for all who ask, by a key. What failed is found out anew by the next.
 *
 * Whoever aborts waits no longer; when the last of them does, the work is aborted too, and has ended when that one is told.
 */
export class SharedRun<Result> {
  readonly #all = new Map<string, Running<Result>>();

  async get(
    key: string,
    start: (signal: AbortSignal) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    throwIfAborted(signal);
    const run = this.#all.get(key) ?? this.#start(key, start);
    run.waiting += 1;
    const { promise: aborted, resolve } = Promise.withResolvers<'aborted'>();
    const onAbort = () => resolve('aborted');
    signal?.addEventListener('abort', onAbort);
    try {
      const first = await Promise.race([run.result.then((result) => ({ result })), aborted]);
      if (first !== 'aborted') return first.result;
      if (run.waiting === 1) await this.#stop(key, run);
      throwIfAborted(signal);
      return await run.result;
    } finally {
      run.waiting -= 1;
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<Result>): Running<Result> {
    const controller = new AbortController();
    const run: Running<Result> = { result: start(controller.signal), controller, waiting: 0 };
    this.#all.set(key, run);
    run.result.catch(() => this.#forget(key, run));
    return run;
  }

  async #stop(key: string, run: Running<Result>): Promise<void> {
    this.#forget(key, run); // whoever asks from now on is not to get the failure
    run.controller.abort();
    await run.result.catch(() => {});
  }

  #forget(key: string, run: Running<Result>): void {
    if (this.#all.get(key) === run) this.#all.delete(key);
  }
}
