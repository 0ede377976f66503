import path from 'node:path';
import type { CallFiles } from './call-files.ts';
import { hasCode, OciRuntimeError, type OciRuntimeErrorCode } from './errors.ts';
import { failureCode } from './failure-code.ts';
import type { Invocation } from './invocation.ts';
import { PidFile } from './pid-file.ts';
import { type LogEntry, lastError, parseLog } from './runtime-log.ts';
import type { RuntimeSettings } from './runtime-options.ts';
import type { RuntimeExit, RuntimeProcess, RuntimeStart } from './runtime-process.ts';

const MAX_WORDS = 4096;

/** How a call went well. */
export interface Outcome {
  /** What the runtime printed, where that was collected. */
  readonly stdout: string;
  /** The status of the runtime: zero, but for a call that waits for the process it made. */
  readonly exitCode: number;
  /** The process that was made; undefined for a call that makes none. */
  readonly pid: number | undefined;
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
      writeJson: (value) => files.writeJson(value),
    });
    const log = [`--log=${files.log}`, '--log-format=json'];
    this.#args = [...settings.globalArgs, ...log, invocation.call, ...own];
  }

  /** Starts the runtime. */
  start(starter: (start: RuntimeStart) => RuntimeProcess): RuntimeProcess {
    return starter({
      command: this.#command,
      args: this.#args,
      env: this.#settings.env,
      standard: this.invocation.standard,
      preserved: this.invocation.preserved ?? [],
      streams: this.invocation.streams ?? false,
    });
  }

  /** What came of it. @throws {OciRuntimeError} if it failed. */
  outcome(exit: RuntimeExit): Outcome {
    const pid = this.pidFile.read();
    const failure = this.failure(exit);
    if (failure) throw failure;
    if (this.invocation.makes && pid === undefined) throw this.misunderstood('no process id', exit);
    return { stdout: exit.stdout, exitCode: exit.exitCode ?? 0, pid };
  }

  /** The failure that the runtime's end means, if it means one. */
  failure(exit: RuntimeExit): OciRuntimeError | undefined {
    if (exit.startError) return this.#notStarted(exit.startError);
    if (exit.isTooMuch) return this.misunderstood('more than 16 MiB', exit);
    const log = parseLog(this.#files.readLog());
    if (exit.exitCode === 0 || this.#isStatusOfProcess(exit, log)) return undefined;
    const words = lastError(log) ?? exit.stderr.trim().slice(0, MAX_WORDS);
    return this.#error(failureCode(words), words || `${howItEnded(exit)} without a word`, exit, log);
  }

  /** Says that the runtime succeeded, but printed something that cannot be understood. */
  misunderstood(what: string, exit: Partial<RuntimeExit>, cause?: unknown): OciRuntimeError {
    const log = parseLog(this.#files.readLog());
    return this.#error('ERR_RUNTIME_OUTPUT', `it reported ${what}`, exit, log, cause);
  }

  /** A runtime that waits for the process it made ends with its status. It made one if it reports it and no error. */
  #isStatusOfProcess(exit: RuntimeExit, log: readonly LogEntry[]): boolean {
    const { makes } = this.invocation;
    const waits = makes !== undefined && !makes.isDetached;
    return (
      waits &&
      exit.exitCode !== undefined &&
      lastError(log) === undefined &&
      this.pidFile.read() !== undefined
    );
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
