import { closeSync, constants } from 'node:fs';
import { resizeTerminal, setNonBlocking } from '@shimwright/linux-native';
import { TaskError } from '../errors.ts';
import { ConsoleSocket } from './console-socket.ts';
import { canCopy } from './copier.ts';
import { isFifo, openFifoToRead, openFifoToWrite } from './fifo.ts';
import { type IOObserver, type KeptIO, UNKEPT } from './kept-io.ts';
import { joinTargets, partOf } from './kept-parts.ts';
import { type OutputOptions, startLogger } from './logger.ts';
import { type OutputTarget, openOutput, resumeTarget } from './output-target.ts';
import type { ProcessIO } from './process-io.ts';
import type { StdioPaths } from './stdio-paths.ts';
import { TerminalCopies } from './terminal-copies.ts';

/** How long a process may take to end by itself once its input has: it may have been told to by ^D just before. */
const HANG_UP_MS = 1_000;

/**
 * Stdio by a terminal, whose other side the OCI runtime hands over: a process copies what comes from it to the target of
 * stdout, and another one what comes from the FIFO of stdin to it. Neither loses anything when this process is killed, and a
 * terminal that takes nothing more holds up nobody.
 *
 * @throws {TaskError} `ERR_TASK_STDIO`; then nothing is left open.
 */
export async function openTerminalIO(
  { stdin, stdout }: StdioPaths,
  options: OutputOptions,
  observer: IOObserver = UNKEPT,
): Promise<ProcessIO> {
  if (!canCopy) throw new TaskError('ERR_TASK_STDIO', 'a terminal needs the program cat', { path: stdout });
  const io = new TerminalIO(observer);
  try {
    await io.open(stdin, stdout, options);
    return io;
  } catch (error) {
    io.close();
    throw error;
  }
}

/** Goes on with a terminal of an earlier shim that was kept. */
export function resumeTerminalIO(kept: KeptIO, observer: IOObserver): ProcessIO {
  const io = new TerminalIO(observer);
  io.resume(kept);
  return io;
}

/** Where the output of a terminal is copied to. */
interface Sink extends Omit<OutputTarget, 'descriptor'> {
  /** What is written to; closed by then where there is none any more. */
  readonly descriptor: number | undefined;
}

const NO_SINK: Sink = {
  descriptor: undefined,
  drained: Promise.resolve(),
  close: () => {},
  kept: () => ({ descriptors: {} }),
};

async function openSink(stdout: string, options: OutputOptions, onChange: () => void): Promise<Sink> {
  if (stdout === '') return NO_SINK;
  if (isFifo(stdout)) {
    const { own, keepAlive } = openFifoToWrite(stdout);
    return { ...resumeTarget({ descriptors: { keepAlive } }), descriptor: own };
  }
  if (!stdout.startsWith('binary://')) return openOutput(stdout, onChange);
  const logger = await startLogger(stdout, options);
  closeSync(logger.stderr); // a terminal has none
  const kept = () => ({ descriptors: {} });
  return { descriptor: logger.stdout, drained: logger.ended, close: logger.close, kept };
}

class TerminalIO implements ProcessIO {
  readonly drained: Promise<void>;
  readonly #setDrained: () => void;
  readonly #observer: IOObserver;
  #socket: ConsoleSocket | undefined;
  #sink: Sink = NO_SINK;
  #sinkEnd: number | undefined;
  #input: number | undefined;
  #keepInput: number | undefined;
  #master: number | undefined;
  #outputCopies: TerminalCopies | undefined;
  #inputCopies: TerminalCopies | undefined;
  #hasEnded = false;
  #isGivenUp = false;
  #hangUpTimer: NodeJS.Timeout | undefined;

  constructor(observer: IOObserver) {
    this.#observer = observer;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.drained = promise;
    this.#setDrained = resolve;
  }

  get runtimeOptions(): ProcessIO['runtimeOptions'] {
    return { consoleSocket: this.#socket?.path };
  }

  async open(stdin: string, stdout: string, options: OutputOptions): Promise<void> {
    this.#sink = await openSink(stdout, options, () => this.#tell());
    this.#sinkEnd = this.#sink.descriptor;
    if (stdin !== '') {
      const { own, keepAlive } = openFifoToRead(stdin, constants.O_NONBLOCK);
      setNonBlocking(own, false); // it is there, so no read has to wait for a writer
      this.#input = own;
      this.#keepInput = keepAlive;
    }
    this.#socket = await ConsoleSocket.listen();
  }

  resume(kept: KeptIO): void {
    const { master, input, keepInput, sinkEnd } = kept.descriptors;
    this.#input = input;
    this.#keepInput = keepInput;
    this.#sinkEnd = sinkEnd;
    this.#sink = { ...resumeTarget(partOf(kept, 'sink'), () => this.#tell()), descriptor: sinkEnd };
    if (master !== undefined) this.#connect(master, kept.copiers);
  }

  async started(): Promise<void> {
    try {
      const master = await this.#socket?.receive();
      if (master !== undefined) this.#connect(master);
    } finally {
      this.#socket?.close();
    }
  }

  closeStdin(): void {
    if (this.#keepInput === undefined) return;
    closeSync(this.#keepInput);
    this.#keepInput = undefined;
    this.#observer.onEnd(); // at once: one that is kept is open
    this.#tell();
  }

  resize(size: { readonly width: number; readonly height: number }): void {
    if (this.#master !== undefined) resizeTerminal(this.#master, size);
  }

  ended(): void {
    this.#hasEnded = true;
    this.#outputCopies?.start(); // should it wait for somebody to open the terminal again
    if (this.#master === undefined) this.#hangUp();
  }

  close(): void {
    this.#socket?.close();
    this.#hangUp();
    this.release();
    this.#setDrained();
  }

  release(): void {
    this.#isGivenUp = true;
    this.#socket?.close();
    clearTimeout(this.#hangUpTimer);
    this.#outputCopies?.leave();
    this.#inputCopies?.leave();
    this.#closeAll();
    this.#sink.close();
    this.#sink = NO_SINK;
  }

  #connect(master: number, earlier: KeptIO['copiers'] = {}): void {
    this.#master = master;
    this.#outputCopies = new TerminalCopies(
      { source: master, target: this.#sinkEnd, earlier: earlier['output'] },
      { onChange: () => this.#tell(), onEnd: () => this.#onNobodyThere() },
    );
    this.#outputCopies.start();
    if (this.#input !== undefined) {
      this.#inputCopies = new TerminalCopies(
        { source: this.#input, target: master, earlier: earlier['input'] },
        { onChange: () => this.#tell(), onEnd: (status) => this.#onInputEnd(status) },
      );
      this.#inputCopies.start();
    }
    this.#tell();
  }

  /** The process gets SIGHUP when its input is at its end, as on the stock shim, unless it ends by itself. */
  #onInputEnd(status: number): boolean {
    if (status !== 0) return true;
    this.#hangUpTimer = setTimeout(() => this.#hangUp(), HANG_UP_MS).unref();
    return false;
  }

  /** That nobody has the terminal open is the end only when the process has ended too. */
  #onNobodyThere(): boolean {
    if (!this.#hasEnded) return true;
    this.#hangUp();
    return false;
  }

  #hangUp(): void {
    clearTimeout(this.#hangUpTimer);
    this.#outputCopies?.stop();
    this.#inputCopies?.stop();
    this.#closeAll();
    this.#observer.onEnd();
    this.#isGivenUp = true;
    void this.#sink.drained.then(this.#setDrained);
  }

  #closeAll(): void {
    for (const end of [this.#master, this.#input, this.#keepInput, this.#sinkEnd]) {
      if (end !== undefined) closeSync(end);
    }
    this.#master = this.#input = this.#keepInput = this.#sinkEnd = undefined;
  }

  #tell(): void {
    if (this.#isGivenUp || this.#master === undefined) return;
    const sink = joinTargets({ sink: this.#sink.kept() });
    const own = {
      master: this.#master,
      input: this.#input,
      keepInput: this.#keepInput,
      sinkEnd: this.#sinkEnd,
    };
    const copiers = { input: this.#inputCopies?.process, output: this.#outputCopies?.process };
    this.#observer.onChange({
      descriptors: { ...defined(own), ...sink.descriptors },
      copiers: { ...defined(copiers), ...sink.copiers },
    });
  }
}

function defined<Value>(values: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  const entries = Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
