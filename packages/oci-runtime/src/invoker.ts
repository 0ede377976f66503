import { setTimeout as delay } from 'node:timers/promises';
import { CallFiles } from './call-files.ts';
import { deleteCall, stateCall } from './container-calls.ts';
import { parseState } from './container-state.ts';
import { endRuntime } from './end-runtime.ts';
import { OciRuntimeError } from './errors.ts';
import { findRuntime } from './find-runtime.ts';
import type { Invocation } from './invocation.ts';
import { killTree } from './process-tree.ts';
import { type Outcome, Run } from './run.ts';
import type { RuntimeSettings } from './runtime-options.ts';
import {
  ExecaProcess,
  loadExeca,
  type RuntimeExit,
  type RuntimeProcess,
  type RuntimeStart,
} from './runtime-process.ts';
import { SpawnedProcess } from './spawned-process.ts';

/** Starts runtimes, and takes back what the aborted ones made. */
export class Invoker {
  readonly #settings: RuntimeSettings;
  #command: string | undefined;

  constructor(settings: RuntimeSettings) {
    this.#settings = settings;
  }

  /** Runs a call to its end. Aborted, it rejects with the signal's reason once all of it is taken back. */
  async invoke(invocation: Invocation, signal?: AbortSignal): Promise<Outcome> {
    return this.#withRun(invocation, signal, async (run, runtime) =>
      run.outcome(await this.#untilEnded(run, runtime, signal)),
    );
  }

  /** Runs a call for what it prints. What `parse` throws becomes an `ERR_RUNTIME_OUTPUT`. */
  async query<Result>(
    invocation: Invocation,
    signal: AbortSignal | undefined,
    parse: (stdout: string) => Result,
  ): Promise<Result> {
    return this.#withRun(invocation, signal, async (run, runtime) => {
      const { stdout } = run.outcome(await this.#untilEnded(run, runtime, signal));
      return understood(run, stdout, parse);
    });
  }

  /** Runs a call as long as its lines are wanted. What `parse` throws becomes an `ERR_RUNTIME_OUTPUT`. */
  async *lines<Result>(
    invocation: Invocation,
    signal: AbortSignal | undefined,
    parse: (line: string) => Result,
  ): AsyncGenerator<Result, void, undefined> {
    const { run, runtime, close } = await this.#start({ ...invocation, streams: true }, signal);
    const end = () => runtime.killGroup();
    signal?.addEventListener('abort', end);
    try {
      for await (const line of runtime.lines()) yield understood(run, line, parse);
      const exit = await runtime.ended;
      signal?.throwIfAborted();
      run.outcome(exit);
    } catch (error) {
      signal?.throwIfAborted(); // its output then ends anyhow
      throw error instanceof RangeError ? run.misunderstood('a line without end', {}, error) : error;
    } finally {
      signal?.removeEventListener('abort', end);
      end();
      await runtime.ended;
      close();
    }
  }

  async #withRun<Result>(
    invocation: Invocation,
    signal: AbortSignal | undefined,
    use: (run: Run, runtime: RuntimeProcess) => Promise<Result>,
  ): Promise<Result> {
    const { run, runtime, close } = await this.#start(invocation, signal);
    try {
      return await use(run, runtime);
    } finally {
      close();
    }
  }

  async #start(invocation: Invocation, signal: AbortSignal | undefined) {
    signal?.throwIfAborted();
    this.#command ??= findRuntime(this.#settings.command, this.#settings.env['PATH']);
    const starter = await this.#starter();
    signal?.throwIfAborted();
    const files = new CallFiles(this.#settings.tempDir);
    const close = () => {
      if (this.#settings.log) files.appendLogTo(this.#settings.log);
      files.remove();
    };
    try {
      const run = new Run(this.#settings, this.#command, invocation, files);
      return { run, runtime: run.start(starter), close };
    } catch (error) {
      close();
      throw error;
    }
  }

  async #starter(): Promise<(start: RuntimeStart) => RuntimeProcess> {
    const { spawn } = this.#settings;
    if (spawn) return (start) => new SpawnedProcess(spawn, start);
    const execa = await loadExeca();
    return (start) => new ExecaProcess(execa, start);
  }

  #inTime(): AbortSignal {
    return AbortSignal.timeout(this.#settings.cleanupTimeoutMs);
  }

  async #untilEnded(
    run: Run,
    runtime: RuntimeProcess,
    signal: AbortSignal | undefined,
  ): Promise<RuntimeExit> {
    if (!signal || !(await isAbortedFirst(runtime, signal))) return runtime.ended;
    await this.#takeBack(run, runtime);
    throw signal.reason;
  }

  /** Ends the runtime, and what it made. */
  async #takeBack(run: Run, runtime: RuntimeProcess): Promise<void> {
    const { makes } = run.invocation;
    if (!makes) return this.#kill(run, runtime);
    const wasCutShort = await endRuntime(runtime, {
      awaited: () => (makes.isDetached ? undefined : run.pidFile.read()),
      graceMs: this.#settings.abortGraceMs,
    });
    await this.#kill(run, runtime);
    const exit = await runtime.ended;
    const pid = run.pidFile.read();
    if (makes.kind === 'process') {
      if (pid !== undefined && makes.isDetached && exit.exitCode === 0) killTree(pid);
      return;
    }
    if (await this.#hasMade(run, exit, wasCutShort)) await this.#delete(run);
  }

  /** Whether there is a container that this run made. That it has the id is not enough: it may be another call's. */
  async #hasMade(run: Run, exit: RuntimeExit, wasCutShort: boolean): Promise<boolean> {
    if (exit.exitCode === 0 || run.pidFile.read() !== undefined) return true;
    // A runtime that failed by itself took back by itself what it made.
    if (!wasCutShort || run.failure(exit)?.code === 'ERR_RUNTIME_EXISTS') return false;
    try {
      const { created = '' } = await this.query(
        stateCall(String(run.invocation.id)),
        this.#inTime(),
        parseState,
      );
      return Date.parse(created) >= run.startedAt;
    } catch (cause) {
      // Half a container is none to the runtime, but its remains are to be deleted.
      if (cause instanceof OciRuntimeError && cause.code === 'ERR_RUNTIME_NOT_EXIST') return true;
      throw notTakenBack(run, 'what there is of the container cannot be seen', cause);
    }
  }

  // A process in a frozen cgroup, or one that waits for a dead disk, does not end even so.
  async #kill(run: Run, runtime: RuntimeProcess): Promise<void> {
    runtime.killGroup();
    const ended = await isInTime(runtime.ended, this.#settings.cleanupTimeoutMs);
    if (!ended) throw notTakenBack(run, 'its runtime cannot be killed');
  }

  async #delete(run: Run): Promise<void> {
    const id = String(run.invocation.id);
    try {
      await this.invoke(deleteCall(id, { force: true }), this.#inTime());
    } catch (cause) {
      throw notTakenBack(run, `${id} could not be deleted`, cause);
    }
  }
}

function understood<Result>(run: Run, text: string, parse: (text: string) => Result): Result {
  try {
    return parse(text);
  } catch (cause) {
    throw run.misunderstood(`${JSON.stringify(text.slice(0, 200))}`, { exitCode: 0 }, cause);
  }
}

async function isAbortedFirst(runtime: RuntimeProcess, signal: AbortSignal): Promise<boolean> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([runtime.ended.then(() => false), aborted.then(() => true)]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function isInTime(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController();
  try {
    const late = delay(timeoutMs, false, { signal: timer.signal });
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    timer.abort();
  }
}

function notTakenBack({ invocation }: Run, reason: string, cause?: unknown): OciRuntimeError {
  const { call, id } = invocation;
  const message = `${call} was aborted, but not all of it is taken back: ${reason}`;
  return new OciRuntimeError('ERR_RUNTIME_CLEANUP', message, {
    call,
    id,
    ...(cause === undefined ? {} : { cause }),
  });
}
