import { closeSync, constants } from 'node:fs';
import { Socket } from 'node:net';
import { ReadStream } from 'node:tty';
import { resizeTerminal } from '@shimwright/linux-native';
import { ConsoleSocket } from './console-socket.ts';
import { type FifoEnds, isFifo, openFifoToRead, openFifoToWrite } from './fifo.ts';
import { type OutputOptions, openOutput, startLogger } from './output-target.ts';
import type { ProcessIO } from './process-io.ts';
import type { StdioPaths } from './stdio-paths.ts';

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
    sink?.close();
    throw error;
  }
}

/** Where the output of a terminal is copied to. */
interface Sink {
  readonly stream: Socket;
  /** Gives up the stream, and what keeps its other side alive. */
  close(): void;
}

async function openSink(stdout: string, options: OutputOptions): Promise<Sink> {
  const { descriptor, close } = await openSinkEnd(stdout, options);
  const stream = new Socket({ fd: descriptor, readable: false, writable: true });
  return {
    stream,
    close: () => {
      stream.destroy();
      close();
    },
  };
}

async function openSinkEnd(
  stdout: string,
  options: OutputOptions,
): Promise<{ readonly descriptor: number; readonly close: () => void }> {
  if (isFifo(stdout)) {
    const { own, keepAlive } = openFifoToWrite(stdout, constants.O_NONBLOCK);
    return { descriptor: own, close: () => closeSync(keepAlive) };
  }
  if (!stdout.startsWith('binary://')) return openOutput(stdout);
  const logger = await startLogger(stdout, options);
  closeSync(logger.stderr); // a terminal has none
  return { descriptor: logger.stdout, close: logger.close };
}

class TerminalIO implements ProcessIO {
  readonly runtimeOptions: ProcessIO['runtimeOptions'];
  readonly drained: Promise<void>;
  readonly #setDrained: () => void;
  readonly #socket: ConsoleSocket;
  #sink: Sink | undefined;
  #input: number | undefined;
  #keepInput: number | undefined;
  #inputStream: Socket | undefined;
  #terminal: ReadStream | undefined;
  #descriptor: number | undefined;

  constructor(socket: ConsoleSocket, sink: Sink | undefined, input: FifoEnds | undefined) {
    this.#socket = socket;
    this.#sink = sink;
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

  ended(): void {
    // What it wrote is passed on by others, or until its end.
  }

  resize(size: { readonly width: number; readonly height: number }): void {
    if (this.#descriptor !== undefined) resizeTerminal(this.#descriptor, size);
  }

  close(): void {
    this.#socket.close();
    this.closeStdin();
    if (this.#input !== undefined) closeSync(this.#input);
    this.#input = undefined;
    this.#inputStream?.destroy();
    this.#hangUp();
    this.#sink?.close();
    this.#sink = undefined;
    this.#setDrained();
  }

  #connect(descriptor: number): void {
    const terminal = new ReadStream(descriptor);
    this.#terminal = terminal;
    this.#descriptor = descriptor;
    terminal.on('error', () => {}); // EIO: all that had the other side open are gone
    terminal.once('close', () => this.#hangUp());
    if (this.#sink) this.#copyOutput(terminal, this.#sink.stream);
    else terminal.once('close', this.#setDrained).resume();
    if (this.#input === undefined) return;
    this.#copyInput(terminal, new Socket({ fd: this.#input, readable: true, writable: false }));
    this.#input = undefined; // now the stream's own
  }

  #copyOutput(terminal: ReadStream, output: Socket): void {
    output.on('error', () => terminal.resume());
    output.once('close', this.#setDrained);
    terminal.on('data', (data) => {
      if (output.writable && !output.write(data)) terminal.pause();
    });
    output.on('drain', () => terminal.resume());
    terminal.once('close', () => output.end());
    terminal.once('end', () => output.end());
  }

  #copyInput(terminal: ReadStream, input: Socket): void {
    this.#inputStream = input;
    input.on('error', () => {});
    input.on('data', (data) => {
      if (!terminal.write(data)) input.pause();
    });
    terminal.on('drain', () => input.resume());
    input.once('end', () => this.#hangUp()); // the process gets SIGHUP, as on the stock shim
  }

  #hangUp(): void {
    this.#descriptor = undefined;
    this.#terminal?.destroy();
  }
}
