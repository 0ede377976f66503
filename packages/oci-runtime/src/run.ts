import path from 'node:path';
import type { CallFiles } from './call-files.ts';
import type { Invocation } from './calls/invocation.ts';
import { hasCode, OciRuntimeError, type OciRuntimeErrorCode } from './errors.ts';
import { failureOf } from './failures/failure.ts';
import type { LogEntry } from './failures/log-entry.ts';
import { parseLog } from './failures/runtime-log.ts';
import { PidFile } from './pid-file.ts';
import {
  type RuntimeExit,
  type RuntimeProcess,
  type RuntimeStart,
  startErrorOf,
} from './processes/runtime-process.ts';
import type { RuntimeSettings } from './runtime-options.ts';

/** How a call went well. */
export interface Outcome {
  /** What the runtime printed, where that was collected. */
  readonly stdout: string;
  /** The status of the runtime: zero, but for a call that waits for the process it made. */
  readonly exitCode: number;
  /** The process that was made; undefined for a call that makes none. */
  readonly pid: number | undefined;
  /** What the runtime logged. */
  readonly log: readonly LogEntry[];
}

/** The run of a runtime for one call, and what it means. */
export class Run {
  readonly invocation: Invocation;
  /** Where the runtime reports the process it made. */
  readonly pidFile: PidFile;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt = Date.now();
  readonly #settings: RuntimeSettings;
  readonly #files: CallFiles;
  readonly #command: string;
  readonly #args: readonly string[];

  constructor(settings: RuntimeSettings, command: string, invocation: Invocation, files: CallFiles) {
    this.invocation = invocation;
    this.pidFile = new PidFile(invocation.makes?.pidFile ?? files.pid);
    this.#settings = settings;
    this.#files = files;
    this.#command = command;
    const own = invocation.args({
      pidFile: this.pidFile.path,
      writeInput: (text) => files.writeInput(text),
    });
    const log = [`--log=${files.log}`, '--log-format=json'];
    this.#args = [...settings.globalArgs, ...log, invocation.call, ...own];
  }

  /** Starts the runtime. @throws {OciRuntimeError} `ERR_RUNTIME_FAILED`. */
  start(starter: (start: RuntimeStart) => RuntimeProcess): RuntimeProcess {
    try {
      return starter({
        command: this.#command,
        args: this.#args,
        env: this.#settings.env,
        standard: this.invocation.standard,
        preserved: this.invocation.preserved ?? [],
        streams: this.invocation.streams ?? false,
      });
    } catch (cause) {
      throw this.#notStarted(startErrorOf(cause)); // no descriptor was left to look at those there are
    }
  }

  /** What came of it. @throws {OciRuntimeError} if it failed. */
  outcome(exit: RuntimeExit): Outcome {
    const pid = this.pidFile.read();
    const log = this.#log();
    const failure = this.#failure(exit, log);
    if (failure) throw failure;
    if (this.invocation.makes && pid === undefined) throw this.misunderstood('no process id', exit);
    return { stdout: exit.stdout, exitCode: exit.exitCode ?? 0, pid, log };
  }

  /** The failure that the runtime's end means, if it means one. */
  failure(exit: RuntimeExit): OciRuntimeError | undefined {
    return this.#failure(exit, this.#log());
  }

  /** Says that the runtime did not end in time. */
  tookTooLong(limitMs: number): OciRuntimeError {
    return this.#error('ERR_RUNTIME_TIMEOUT', `it did not end within ${limitMs} ms`, {}, this.#log());
  }

  /** Says that the runtime succeeded, but printed something that cannot be understood. */
  misunderstood(what: string, exit: Partial<RuntimeExit>, cause?: unknown): OciRuntimeError {
    return this.#error('ERR_RUNTIME_OUTPUT', `it reported ${what}`, exit, this.#log(), cause);
  }

  #failure(exit: RuntimeExit, log: readonly LogEntry[]): OciRuntimeError | undefined {
    if (exit.startError) return this.#notStarted(exit.startError);
    if (exit.isTooMuch) return this.misunderstood('more than 16 MiB', exit);
    const { call, id, makes } = this.invocation;
    const hasWaited = makes !== undefined && !makes.isDetached && this.pidFile.read() !== undefined;
    const { exitCode, stderr } = exit;
    const { stateDirectories } = this.#settings;
    const failure = failureOf({ exitCode, stderr, log, hasWaited }, { call, id, stateDirectories });
    return (
      failure && this.#error(failure.code, failure.words || `${howItEnded(exit)} without a word`, exit, log)
    );
  }

  #log(): LogEntry[] {
    return parseLog(this.#files.readLog());
  }

  #notStarted(cause: Error): OciRuntimeError {
    const isMissing = hasCode(cause, 'ENOENT') || hasCode(cause, 'EACCES');
    const code = isMissing ? 'ERR_RUNTIME_NOT_FOUND' : 'ERR_RUNTIME_FAILED';
    return this.#error(code, `it cannot be started: ${cause.message}`, {}, [], cause);
  }

  #error(
    code: OciRuntimeErrorCode,
    words: string,
    { exitCode, exitSignal, stderr }: Partial<RuntimeExit>,
    log: readonly LogEntry[],
    cause?: unknown,
  ): OciRuntimeError {
    const { call, id } = this.invocation;
    const subject = [path.basename(this.#command), call, id].filter(Boolean).join(' ');
    return new OciRuntimeError(code, `${subject}: ${words}`, {
      call,
      id,
      command: this.#command,
      args: this.#args,
      exitCode,
      exitSignal,
      stderr,
      log,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

function howItEnded({ exitCode, exitSignal }: RuntimeExit): string {
  return exitSignal ? `it was ended by ${exitSignal}` : `it exited with status ${exitCode}`;
}
