import type { Readable } from 'node:stream';
import type { execa as Execa } from 'execa';
import { messageOf } from '../errors.ts';
import { type StandardStreams, withDescriptors } from './descriptors.ts';
import { linesOf } from './lines.ts';
import { kill } from './process-tree.ts';

export const MAX_OUTPUT_CHARACTERS = 16 * 1024 * 1024;

// A daemon that a hook started may hold our pipe open for ever. What the runtime itself wrote has long been read.
export const LINGER_MS = 250;

/** What to start, and with which descriptors. */
export interface RuntimeStart {
  /** The absolute path of the runtime. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Its environment, whole. */
  readonly env: NodeJS.ProcessEnv;
  /** Its standard streams: collected if a pipe. */
  readonly standard: StandardStreams;
  /** Descriptors that it has from 3 on. */
  readonly preserved: readonly number[];
  /** Whether stdout is not collected, but read line by line while the runtime runs. */
  readonly streams: boolean;
}

// The types of execa follow neither lists of any length nor descriptors that are known only when it runs.
// With these it gives what a pipe gives; where there is none, it is checked for.
type ThreePipes = ['pipe', 'pipe', 'pipe'];

/** A system error, as far as it is known to be one. */
export type StartError = Error & Pick<NodeJS.ErrnoException, 'code' | 'errno' | 'syscall' | 'path'>;

/** How a runtime ended. */
export interface RuntimeExit {
  /** Its status; undefined when it did not start, or a signal ended it. */
  readonly exitCode: number | undefined;
  /** The signal that ended it. */
  readonly exitSignal: string | undefined;
  /** What it printed, where that was collected. */
  readonly stdout: string;
  /** What it wrote to stderr, where that was collected. */
  readonly stderr: string;
  /** Whether it printed more than 16 MiB, and was ended for that. */
  readonly isTooMuch: boolean;
  /** Why it did not start. */
  readonly startError: StartError | undefined;
}

let loading: Promise<typeof Execa> | undefined;

/** Loads execa, which takes 70 ms, on first use. What fails, as for want of a descriptor, is tried again by the next call. */
export function loadExeca(): Promise<typeof Execa> {
  loading ??= import('execa').then(
    ({ execa }) => execa,
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

/** One run of a runtime, in a process group of its own. */
export interface RuntimeProcess {
  /** Its id; undefined if it did not start. */
  readonly pid: number | undefined;
  /** How it ended. Never rejects. */
  readonly ended: Promise<RuntimeExit>;
  /** Whether it has ended, so that its id may be another's by now. */
  readonly hasEnded: boolean;
  /** Its output by the line, where it is streamed. */
  lines(): AsyncGenerator<string, void, undefined>;
  /** Ends it and all in its group, at once. */
  killGroup(): void;
}

/** A run that execa has started. */
export class ExecaProcess implements RuntimeProcess {
  readonly pid: number | undefined;
  readonly ended: Promise<RuntimeExit>;
  readonly #stdout: Readable | null;
  #hasEnded = false;

  constructor(execa: typeof Execa, start: RuntimeStart) {
    const subprocess = withDescriptors(start.standard, start.preserved, (stdio) =>
      execa(start.command, start.args, {
        stdio: stdio as unknown as ThreePipes,
        env: start.env,
        extendEnv: false,
        cwd: '/', // nothing is meant relative to where this program is
        detached: true, // a group of its own, to be ended as one
        buffer: { stdout: !start.streams, stderr: true },
        maxBuffer: MAX_OUTPUT_CHARACTERS,
        reject: false,
      }),
    );
    this.pid = subprocess.pid;
    this.#stdout = subprocess.stdout;
    subprocess.nodeChildProcess.once('exit', () => {
      this.#hasEnded = true;
      if (!this.#stdout) cutOff(subprocess.stderr);
    });
    this.ended = subprocess.then((result) => {
      this.#hasEnded = true;
      return {
        exitCode: result.exitCode,
        exitSignal: result.signal,
        stdout: textOf(result.stdout),
        stderr: textOf(result.stderr),
        isTooMuch: result.isMaxBuffer,
        startError: this.pid === undefined ? startErrorOf(result.cause) : undefined,
      };
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  lines(): AsyncGenerator<string, void, undefined> {
    return linesOf(this.#stdout ?? [], MAX_OUTPUT_CHARACTERS);
  }

  killGroup(): void {
    if (this.pid !== undefined && !this.#hasEnded) kill(-this.pid, 'SIGKILL');
  }
}

function cutOff(stderr: Readable | null): void {
  setTimeout(() => stderr?.destroy(), LINGER_MS).unref();
}

function textOf(output: unknown): string {
  return typeof output === 'string' ? output : '';
}

/**
 * Why a runtime did not start, as an error of ours. That of Node holds the whole command line, and with it the variables
 * that an executed command is to be given.
 */
export function startErrorOf(cause: unknown): StartError {
  const { code, errno, syscall, path } = Object(cause) as Partial<NodeJS.ErrnoException>;
  return Object.assign(new Error(messageOf(cause)), { code, errno, syscall, path });
}
