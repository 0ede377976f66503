/**
 * Work that is done once however many ask for it at the same time. Each can leave by a signal of its own; the work is
 * aborted when the last one leaves, and that one waits until it has ended.
 */
export class SharedWork<Result, Report> {
  readonly #running = new Map<string, Running<Result, Report>>();

  /** @param work gets a signal, and what to call to report how it goes; that tells whether anybody listens. */
  async join(
    key: string,
    work: Work<Result, Report>,
    signal: AbortSignal | undefined,
    onReport: ((report: Report) => void) | undefined,
  ): Promise<Result> {
    signal?.throwIfAborted();
    const known = this.#running.get(key);
    // One that was given up by all is not for anybody who comes later.
    const running = known && !known.controller.signal.aborted ? known : this.#start(key, work);
    return joined(running, signal, onReport);
  }

  #start(key: string, work: Work<Result, Report>): Running<Result, Report> {
    const controller = new AbortController();
    const listeners = new Set<(report: Report) => void>();
    const report = (each?: Report) => {
      if (each !== undefined) for (const listener of listeners) listener(each);
      return listeners.size > 0;
    };
    const running: Running<Result, Report> = {
      controller,
      listeners,
      guests: 0,
      ended: Promise.resolve().then(() => work(controller.signal, report)),
    };
    this.#running.set(key, running);
    const forget = () => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    running.ended.then(forget, forget);
    return running;
  }
}

/** What is shared. `report` without a report only tells whether anybody listens. */
export type Work<Result, Report> = (
  signal: AbortSignal,
  report: (report?: Report) => boolean,
) => Promise<Result>;

interface Running<Result, Report> {
  readonly controller: AbortController;
  readonly listeners: Set<(report: Report) => void>;
  readonly ended: Promise<Result>;
  guests: number;
}

async function joined<Result, Report>(
  running: Running<Result, Report>,
  signal: AbortSignal | undefined,
  onReport: ((report: Report) => void) | undefined,
): Promise<Result> {
  let leave: (reason: unknown) => void = () => {};
  const left = new Promise<{ readonly reason: unknown }>((resolve) => {
    leave = (reason) => resolve({ reason });
  });
  const onAbort = () => leave(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  // A function of its own for each guest: two may have given the same. What it throws is its owner's, and ends nobody else's work.
  const listener = (report: Report) => {
    try {
      onReport?.(report);
    } catch (error) {
      leave(error);
    }
  };
  if (onReport) running.listeners.add(listener);
  running.guests += 1;
  try {
    const first = await Promise.race([running.ended.then((result) => ({ result })), left]);
    if ('result' in first) return first.result;
    if (running.guests === 1) {
      running.controller.abort(first.reason);
      await running.ended.catch(() => {});
    }
    throw first.reason;
  } finally {
    running.guests -= 1;
    running.listeners.delete(listener);
    signal?.removeEventListener('abort', onAbort);
  }
}
