import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { types } from 'node:util';
import type { CallerStreams } from './caller-streams.ts';
import { Capture } from './capture.ts';
import { ContainerError, codeOf, messageOf } from './errors.ts';
import type { OutputOptions, ProcessResult } from './options/container-options.ts';
import { signalOf } from './options/signals.ts';
import { openInput, openOutput } from './stdio.ts';
import type { StdioPaths, Task } from './task.ts';

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

const SIGKILL = 9;

/** How long an output may stay open once its process has ended: what that left behind may hold it for ever. */
const DRAIN_MS = 500;

/** This side of the stdio of one process that is waited for. */
export class Session {
  readonly #options: OutputOptions;
  readonly #streams: CallerStreams;
  readonly #stdout: Capture;
  readonly #stderr: Capture | undefined;
  readonly #input: Writable | undefined;

  /**
   * To be made before the process opens its side.
   *
   * @param streams those of the options; they are the caller's to dispose of.
   */
  constructor({ stdin, stdout, stderr }: StdioPaths, options: OutputOptions, streams: CallerStreams) {
    const { maxOutputBytes = DEFAULT_MAX_BYTES } = options;
    this.#options = options;
    this.#streams = streams;
    this.#stdout = new Capture(openOutput(stdout), maxOutputBytes, options.stdout);
    this.#stderr =
      stderr === '' ? undefined : new Capture(openOutput(stderr), maxOutputBytes, options.stderr);
    this.#input = stdin === '' ? undefined : openInput(stdin);
    this.#input?.on('error', () => {}); // it need not read all of it
  }

  /**
   * Starts the process, and sees it to its end.
   *
   * @param process the id of the process in its task.
   * @param onStart called when it runs.
   */
  async run(
    task: Task,
    process: string,
    signal: AbortSignal | undefined,
    onStart: () => void = () => {},
  ): Promise<ProcessResult> {
    const startedAt = performance.now();
    await task.start(process, { signal });
    onStart();
    let timedOut = false;
    const { timeoutMs } = this.#options;
    const timer = setTimeout(() => {
      timedOut = true;
      task.kill(process, SIGKILL).catch(() => {}); // it may have ended just now
    }, timeoutMs ?? 0);
    if (timeoutMs === undefined) clearTimeout(timer);
    const fed = this.#feed(task, process);
    let inputFailure: { readonly cause: unknown } | undefined;
    this.#streams.inputFailure.then((cause) => {
      inputFailure = { cause };
      task.kill(process, SIGKILL).catch(() => {}); // it may have ended just now
    });
    try {
      const { exitStatus } = await task.wait(process, { signal });
      const durationMs = performance.now() - startedAt;
      if (inputFailure) {
        const message = `the stream that was given as stdin failed: ${messageOf(inputFailure.cause)}`;
        throw new ContainerError('ERR_CONTAINER_INPUT', message, { option: 'stdin', ...inputFailure });
      }
      await this.#drain();
      return {
        exitCode: exitStatus,
        signal: signalOf(exitStatus),
        stdout: this.#stdout.text,
        stderr: this.#stderr?.text ?? '',
        truncated: this.#stdout.truncated || (this.#stderr?.truncated ?? false),
        timedOut,
        durationMs,
      };
    } finally {
      clearTimeout(timer);
      this.close();
      await fed;
    }
  }

  /** Gives up all streams. */
  close(): void {
    this.#stdout.stop();
    this.#stderr?.stop();
    this.#input?.destroy();
  }

  /** Hands over the input, and then its end. It never rejects: a process need not want any. */
  async #feed(task: Task, process: string): Promise<void> {
    const input = this.#input;
    if (!input) return;
    try {
      await sent(this.#streams.stdin, input);
      await task.closeStdin(process);
    } catch {
      // it has ended
    }
  }

  async #drain(): Promise<void> {
    const ended = Promise.all([this.#stdout.ended, this.#stderr?.ended]);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, DRAIN_MS);
    await Promise.race([ended, late]);
    clearTimeout(timer);
  }
}

async function sent(stdin: string | Uint8Array | Readable | undefined, input: Writable): Promise<void> {
  if (stdin === undefined || typeof stdin === 'string' || types.isUint8Array(stdin)) {
    const { promise, resolve } = Promise.withResolvers<void>();
    input.once('close', resolve);
    input.end(stdin ?? '', resolve);
    await promise;
    return;
  }
  await pipeline(stdin, input).catch((error: unknown) => {
    if (codeOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}
