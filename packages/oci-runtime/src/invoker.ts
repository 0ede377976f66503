import { setTimeout as delay } from 'node:timers/promises';
import { CallEnd, throwIfAborted } from './call-end.ts';
import { CallFiles } from './call-files.ts';
import type { RuntimeCallOptions } from './calls/call-options.ts';
import { deleteCall, stateCall } from './calls/container-calls.ts';
import type { Invocation } from './calls/invocation.ts';
import { hasCode, messageOf, OciRuntimeError } from './errors.ts';
import { parseState } from './output/container-state.ts';
import { endRuntime, onceSeen } from './processes/end-runtime.ts';
import { killTree } from './processes/process-tree.ts';
import {
  ExecaProcess,
  loadExeca,
  type RuntimeExit,
  type RuntimeProcess,
  type RuntimeStart,
} from './processes/runtime-process.ts';
import { SpawnedProcess } from './processes/spawned-process.ts';
import { type Outcome, Run } from './run.ts';
import type { RuntimeSettings } from './runtime-options.ts';

/** Gives the absolute path of the runtime. */
export type Locate = (signal: AbortSignal | undefined) => Promise<string>;

/** Starts runtimes, and takes back what the aborted ones made. */
export class Invoker {
  readonly #settings: RuntimeSettings;
  readonly #locate: Locate;

  constructor(settings: RuntimeSettings, locate: Locate) {
    this.#settings = settings;
    this.#locate = locate;
  }

  /** Runs a call to its end. Aborted, it rejects with the signal's reason once all of it is taken back. */
  async invoke(invocation: Invocation, options: RuntimeCallOptions): Promise<Outcome> {
    return this.#withRun(invocation, options, async (run, runtime, signal) => {
      const exit = await this.#untilEnded(run, runtime, signal);
      try {
        return run.outcome(exit);
      } catch (error) {
        // The container is there, and its caller hears that it is not: no descriptor may have been left to read its process id.
        if (exit.exitCode === 0 && invocation.makes?.kind === 'container') await this.#delete(run);
        throw error;
      }
    });
  }

  /** Runs a call for what it prints. What `parse` throws becomes an `ERR_RUNTIME_OUTPUT`. */
  async query<Result>(
    invocation: Invocation,
    options: RuntimeCallOptions,
    parse: (stdout: string) => Result,
  ): Promise<Result> {
    return this.#withRun(invocation, options, async (run, runtime, signal) => {
      const { stdout } = run.outcome(await this.#untilEnded(run, runtime, signal));
      return understood(run, stdout, parse);
    });
  }

  /** Runs a call as long as its lines are wanted. What `parse` throws becomes an `ERR_RUNTIME_OUTPUT`. */
  async *lines<Result>(
    invocation: Invocation,
    options: RuntimeCallOptions,
    parse: (line: string) => Result,
  ): AsyncGenerator<Result, void, undefined> {
    const { run, runtime, signal, close } = await this.#start({ ...invocation, streams: true }, options);
    const end = () => runtime.killGroup();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    try {
      for await (const line of runtime.lines()) yield understood(run, line, parse);
      const exit = await runtime.ended;
      throwIfAborted(signal);
      run.outcome(exit);
    } catch (error) {
      throwIfAborted(signal); // its output then ends anyhow
      throw error instanceof RangeError ? run.misunderstood('a line without end', {}, error) : error;
    } finally {
      end();
      await runtime.ended;
      close();
    }
  }

  async #withRun<Result>(
    invocation: Invocation,
    options: RuntimeCallOptions,
    use: (run: Run, runtime: RuntimeProcess, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const { run, runtime, signal, close } = await this.#start(invocation, options);
    try {
      return await use(run, runtime, signal);
    } finally {
      close();
    }
  }

  async #start(invocation: Invocation, { signal, timeoutMs }: RuntimeCallOptions) {
    throwIfAborted(signal);
    const command = await this.#locate(signal);
    const starter = await this.#starter();
    throwIfAborted(signal);
    const files = new CallFiles(this.#settings.tempDir);
    const limitMs = timeoutMs ?? this.#settings.timeoutMs ?? usualTimeoutMs(invocation);
    let run: Run;
    try {
      run = new Run(this.#settings, command, invocation, files);
    } catch (error) {
      files.remove();
      throw error;
    }
    const end = new CallEnd(signal, limitMs, () => run.tookTooLong(limitMs));
    const close = () => {
      end.close();
      if (this.#settings.log) files.appendLogTo(this.#settings.log);
      files.remove();
    };
    try {
      return { run, runtime: run.start(starter), signal: end.signal, close };
    } catch (error) {
      close();
      throw error;
    }
  }

  async #starter(): Promise<(start: RuntimeStart) => RuntimeProcess> {
    const { spawn } = this.#settings;
    if (spawn) return (start) => new SpawnedProcess(spawn, start);
    const execa = await loadExeca().catch((cause: unknown) => {
      throw new OciRuntimeError('ERR_RUNTIME_FAILED', `execa cannot be loaded: ${messageOf(cause)}`, {
        cause,
      });
    });
    return (start) => new ExecaProcess(execa, start);
  }

  #inTime(): RuntimeCallOptions {
    return { timeoutMs: this.#settings.cleanupTimeoutMs };
  }

  async #untilEnded(run: Run, runtime: RuntimeProcess, signal: AbortSignal): Promise<RuntimeExit> {
    if (!(await isAbortedFirst(runtime, signal))) return runtime.ended;
    await this.#takeBack(run, runtime);
    throw signal.reason;
  }

  /** Ends the runtime, and what it made. */
  async #takeBack(run: Run, runtime: RuntimeProcess): Promise<void> {
    const { makes } = run.invocation;
    if (!makes) return this.#kill(run, runtime);
    const { abortGraceMs: graceMs, cleanupTimeoutMs } = this.#settings;
    const awaited = () => (makes.isDetached ? undefined : run.pidFile.read());
    let wasCutShort: boolean;
    try {
      wasCutShort = await endRuntime(runtime, { awaited, graceMs });
    } catch (cause) {
      await this.#kill(run, runtime);
      throw notTakenBack(run, 'the processes that it has started cannot be seen', cause);
    }
    await this.#kill(run, runtime);
    const exit = await runtime.ended;
    const pid = run.pidFile.read();
    if (makes.kind === 'process') {
      if (pid !== undefined && makes.isDetached && exit.exitCode === 0)
        await onceSeen(() => killTree(pid), cleanupTimeoutMs);
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
      if (hasCode(cause, 'ERR_RUNTIME_NOT_EXIST')) return true;
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

// What no caller should wait for longer. Calls that make something, or take it away, wait for hooks; a checkpoint, for a disk.
const MAKING_MS = 600_000;
const SAVING_MS = 3_600_000;
const OTHER_MS = 60_000;
const RUNS_HOOKS: readonly string[] = ['start', 'kill', 'delete'];

/** How long a call may take unless its caller says otherwise; one that waits for a process, or tells of events, without end. */
function usualTimeoutMs({ call, makes, streams }: Invocation): number {
  if (streams || (makes && !makes.isDetached)) return Number.POSITIVE_INFINITY;
  if (call === 'checkpoint') return SAVING_MS;
  return makes || RUNS_HOOKS.includes(call) ? MAKING_MS : OTHER_MS;
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
  const message = `${call} was ended, but not all of it is taken back: ${reason}`;
  return new OciRuntimeError('ERR_RUNTIME_CLEANUP', message, {
    call,
    id,
    ...(cause === undefined ? {} : { cause }),
  });
}
