import { closeSync, constants } from 'node:fs';
import { duplicateDescriptor, resizeTerminal, setNonBlocking } from '@shimwright/linux-native';
import { ConsoleSocket } from './console-socket.ts';
import { DescriptorPump } from './descriptor-pump.ts';
import { type FifoEnds, isFifo, openFifoToRead, openFifoToWrite } from './fifo.ts';
import { type OutputOptions, openOutput, startLogger } from './output-target.ts';
import type { ProcessIO } from './process-io.ts';
import type { StdioPaths } from './stdio-paths.ts';

/** How long a process may take to end by itself once its input has: it may have been told to by ^D just before. */
const HANG_UP_MS = 1_000;

/** How often it is looked whether a terminal that nobody has open is opened again: at first, and at most. */
const REOPENED_MS = { first: 10, longest: 250 } as const;

/**
 * Stdio by a terminal, whose other side the OCI runtime hands over: what comes from it is copied to the target of
 * stdout, and what comes from the FIFO of stdin is copied to it.
 *
 * @throws {TaskError} `ERR_TASK_STDIO`; then nothing is left open.
 */
export async function openTerminalIO(
  { stdin, stdout }: StdioPaths,
  options: OutputOptions,
): Promise<ProcessIO> {
  const sink = stdout === '' ? undefined : await openSink(stdout, options);
  try {
    const input = stdin === '' ? undefined : openFifoToRead(stdin, constants.O_NONBLOCK);
    try {
      return new TerminalIO(await ConsoleSocket.listen(), sink, input);
    } catch (error) {
      for (const descriptor of Object.values(input ?? {})) closeSync(descriptor);
      throw error;
    }
  } catch (error) {
    if (sink) closeSync(sink.descriptor);
    sink?.close();
    throw error;
  }
}

/** Where the output of a terminal is copied to. */
interface Sink {
  /** What to write to; it never waits. */
  readonly descriptor: number;
  /** Resolves when all was passed on, once the descriptor is closed. */
  readonly drained: Promise<void>;
  /** Gives up what keeps its other side alive. */
  close(): void;
}

async function openSink(stdout: string, options: OutputOptions): Promise<Sink> {
  const sink = await openSinkEnd(stdout, options);
  setNonBlocking(sink.descriptor, true);
  return sink;
}

async function openSinkEnd(stdout: string, options: OutputOptions): Promise<Sink> {
  if (isFifo(stdout)) {
    const { own, keepAlive } = openFifoToWrite(stdout, constants.O_NONBLOCK);
    return { descriptor: own, drained: Promise.resolve(), close: () => closeSync(keepAlive) };
  }
  if (!stdout.startsWith('binary://')) return openOutput(stdout);
  const logger = await startLogger(stdout, options);
  closeSync(logger.stderr); // a terminal has none
  return { descriptor: logger.stdout, drained: logger.ended, close: logger.close };
}

/** The terminal that the OCI runtime has handed over, by both descriptors that are watched of it. */
interface Master {
  readonly descriptor: number;
  readonly forInput: number;
}

class TerminalIO implements ProcessIO {
  readonly runtimeOptions: ProcessIO['runtimeOptions'];
  readonly drained: Promise<void>;
  readonly #setDrained: () => void;
  readonly #socket: ConsoleSocket;
  #sink: Sink | undefined;
  #isSinkOpen: boolean;
  #input: number | undefined;
  #keepInput: number | undefined;
  #master: Master | undefined;
  #outputPump: DescriptorPump | undefined;
  #inputPump: DescriptorPump | undefined;
  #hasEnded = false;
  #reopenedMs: number = REOPENED_MS.first;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(socket: ConsoleSocket, sink: Sink | undefined, input: FifoEnds | undefined) {
    this.#socket = socket;
    this.#sink = sink;
    this.#isSinkOpen = sink !== undefined;
    this.#input = input?.own;
    this.#keepInput = input?.keepAlive;
    this.runtimeOptions = { consoleSocket: socket.path };
    const { promise, resolve } = Promise.withResolvers<void>();
    this.drained = promise;
    this.#setDrained = resolve;
  }

  async started(): Promise<void> {
    try {
      this.#connect(await this.#socket.receive());
    } finally {
      this.#socket.close();
    }
  }

  closeStdin(): void {
    if (this.#keepInput !== undefined) closeSync(this.#keepInput);
    this.#keepInput = undefined;
  }

  resize(size: { readonly width: number; readonly height: number }): void {
    if (this.#master) resizeTerminal(this.#master.descriptor, size);
  }

  ended(): void {
    this.#hasEnded = true;
    this.#outputPump?.start(); // should it wait for somebody to open the terminal again
    this.#outputPump?.flush();
  }

  close(): void {
    this.#socket.close();
    this.closeStdin();
    this.#hangUp();
    this.#sink?.close();
    this.#sink = undefined;
    this.#setDrained();
  }

  release(): void {
    this.close();
  }

  #connect(descriptor: number): void {
    // Of one that waits, a paste that is larger than the terminal's buffer would hold up all containers.
    setNonBlocking(descriptor, true);
    const master = { descriptor, forInput: duplicateDescriptor(descriptor) };
    this.#master = master;
    this.#outputPump = new DescriptorPump(descriptor, this.#sink?.descriptor, {
      onEnd: () => this.#onNobodyThere(),
    });
    this.#outputPump.start();
    if (this.#input === undefined) return;
    this.#inputPump = new DescriptorPump(this.#input, master.forInput, {
      // The process gets SIGHUP, as on the stock shim, unless it ends by itself.
      onEnd: () => this.#later(HANG_UP_MS, () => this.#hangUp()),
    });
    this.#inputPump.start();
  }

  /** EIO says that nobody has the terminal open now. That is the end only when the process has ended too. */
  #onNobodyThere(): void {
    if (this.#hasEnded) {
      this.#hangUp();
      return;
    }
    this.#later(this.#reopenedMs, () => this.#outputPump?.start());
    this.#reopenedMs = Math.min(2 * this.#reopenedMs, REOPENED_MS.longest);
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms).unref();
    this.#timers.add(timer);
  }

  #hangUp(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#outputPump?.stop();
    this.#inputPump?.stop();
    if (this.#master) for (const descriptor of Object.values(this.#master)) closeSync(descriptor);
    this.#master = undefined;
    if (this.#input !== undefined) closeSync(this.#input);
    this.#input = undefined;
    if (this.#isSinkOpen && this.#sink) closeSync(this.#sink.descriptor);
    this.#isSinkOpen = false;
    void (this.#sink?.drained ?? Promise.resolve()).then(this.#setDrained);
  }
}
