import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Form, OperationName } from './operations.ts';

/** What a {@link Subject} can be told to do. */
export type Order =
  | { readonly do: 'perform'; readonly operation: OperationName; readonly form: Form; readonly root: string }
  | { readonly do: 'sweep'; readonly roots: readonly string[] }
  | { readonly do: 'keep compiled code' };

/** An error that has left its process, with its causes. */
export interface Report {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly path: string | undefined;
  /** Its cause, and each of its `errors`. */
  readonly causes: readonly Report[];
}

/** How an order was carried out: not at all where the process was ended, by a signal. */
export type Outcome =
  | { readonly endedBy: string }
  | { readonly endedBy: undefined; readonly error: Report | undefined };

const PATIENCE_MS = 2_000;

/** The process whose operations are interrupted. */
export class Subject {
  readonly pid: number;
  readonly #child: ChildProcess;

  /**
   * Resolves once all modules are loaded.
   *
   * @param program `subject-program.ts` as one file.
   * @param cache the directory for compiled code, which makes the next start faster.
   */
  static async start(program: string, cache: string): Promise<Subject> {
    const child = fork(program, {
      execArgv: [],
      // One thread does what Node gives to its pool, so that its calls have one order.
      env: { ...process.env, UV_THREADPOOL_SIZE: '1', NODE_COMPILE_CACHE: cache },
    });
    await once(child, 'message');
    return new Subject(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = Number(child.pid);
  }

  /** Gives an order and waits until it is carried out, or the process has been killed. */
  async order(order: Order): Promise<Outcome> {
    const abort = new AbortController();
    const { signal } = abort;
    const exited = once(this.#child, 'exit', { signal }).then(
      ([status, by]) => ({ endedBy: String(by ?? status) }) as const,
    );
    const answered = once(this.#child, 'message', { signal }).then(
      ([message]) => ({ endedBy: undefined, error: message.error }) as const,
    );
    this.#child.send(order);
    try {
      return await Promise.race([exited, answered]);
    } finally {
      abort.abort();
      await Promise.allSettled([exited, answered]);
    }
  }

  /** The id of its main thread, or of the one of libuv's pool. */
  thread(which: 'main' | 'pool'): number {
    if (which === 'main') return this.pid;
    const pool = this.threads().filter((id) =>
      readFileSync(`/proc/${this.pid}/task/${id}/comm`, 'utf8').startsWith('libuv-worker'),
    );
    if (pool.length !== 1) throw new Error(`the pool has ${pool.length} threads, not one`);
    return Number(pool[0]);
  }

  /** The ids of its threads. */
  threads(): number[] {
    return readdirSync(`/proc/${this.pid}/task`).map(Number);
  }

  /** How many file descriptors the process has. */
  descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** What is wrong when it has more descriptors than before; some may be closed only now. */
  async descriptorProblems(before: number): Promise<string[]> {
    for (const start = Date.now(); this.isRunning && this.descriptors() > before; await delay(5)) {
      if (Date.now() - start > PATIENCE_MS) return ['a descriptor is left open'];
    }
    return [];
  }

  /** Whether the process still runs. */
  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Ends the process, if it still runs. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
