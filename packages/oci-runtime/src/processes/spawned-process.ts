import type { Readable } from 'node:stream';
import { withDescriptors } from './descriptors.ts';
import { linesOf } from './lines.ts';
import { kill } from './process-tree.ts';
import {
  LINGER_MS,
  MAX_OUTPUT_CHARACTERS,
  type RuntimeExit,
  type RuntimeProcess,
  type RuntimeStart,
  startErrorOf,
} from './runtime-process.ts';

/** A runtime that was started in another way than through execa. */
export interface SpawnedRuntime {
  /** Its id. */
  readonly pid: number;
  /** Its stdout, where that was to be a pipe. */
  readonly stdout: Readable | undefined;
  /** Its stderr, where that was to be a pipe. */
  readonly stderr: Readable | undefined;
  /** How it ended: its status, or the name of the signal. Never rejects. */
  readonly exited: Promise<{ readonly exitCode?: number; readonly exitSignal?: string }>;
}

/**
 * Starts a runtime: in a process group of its own, in `/`, with its signals as a new program has them, and
 * with no descriptors but those in `stdio`, from 0 on; `'ignore'` is `/dev/null` there. Throws when it does not start.
 */
export type RuntimeSpawn = (
  start: Pick<RuntimeStart, 'args' | 'command' | 'env'>,
  stdio: readonly ('ignore' | 'inherit' | 'pipe' | number)[],
) => SpawnedRuntime;

/** A run that was started by a {@link RuntimeSpawn}. */
export class SpawnedProcess implements RuntimeProcess {
  readonly pid: number | undefined;
  readonly ended: Promise<RuntimeExit>;
  readonly #stdout: Readable | undefined;
  #hasEnded = false;

  constructor(spawn: RuntimeSpawn, start: RuntimeStart) {
    let started: SpawnedRuntime;
    try {
      started = withDescriptors(start.standard, start.preserved, (stdio) => spawn(start, stdio));
    } catch (error) {
      this.#hasEnded = true;
      this.ended = Promise.resolve(notStarted(error));
      return;
    }
    this.pid = started.pid;
    this.#stdout = started.stdout;
    this.ended = this.#untilEnded(started, start.streams);
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

  async #untilEnded({ stdout, stderr, exited }: SpawnedRuntime, streams: boolean): Promise<RuntimeExit> {
    const outputs = [new Output(streams ? undefined : stdout, () => this.killGroup()), new Output(stderr)];
    const exit = await exited;
    this.#hasEnded = true;
    // A daemon that a hook started may hold our pipe open for ever. What the runtime itself wrote is there.
    setTimeout(() => {
      for (const output of outputs) output.cutOff();
    }, LINGER_MS).unref();
    const [out, err] = await Promise.all(outputs.map((output) => output.whole));
    return {
      exitCode: exit.exitCode,
      exitSignal: exit.exitSignal,
      stdout: out ?? '',
      stderr: err ?? '',
      isTooMuch: outputs[0]?.isTooMuch ?? false,
      startError: undefined,
    };
  }
}

/** What comes out of a pipe, collected. */
class Output {
  readonly whole: Promise<string>;
  isTooMuch = false;
  readonly #source: Readable | undefined;

  constructor(source: Readable | undefined, onTooMuch = () => {}) {
    this.#source = source;
    this.whole = new Promise((resolve) => {
      if (!source) return resolve('');
      let text = '';
      source.setEncoding('utf8');
      source.on('error', () => {});
      source.on('data', (part: string) => {
        if (text.length <= MAX_OUTPUT_CHARACTERS) text += part;
        if (text.length <= MAX_OUTPUT_CHARACTERS || this.isTooMuch) return;
        this.isTooMuch = true;
        onTooMuch();
      });
      source.once('close', () => resolve(text));
    });
  }

  cutOff(): void {
    this.#source?.destroy();
  }
}

function notStarted(error: unknown): RuntimeExit {
  return {
    exitCode: undefined,
    exitSignal: undefined,
    stdout: '',
    stderr: '',
    isTooMuch: false,
    startError: startErrorOf(error),
  };
}
