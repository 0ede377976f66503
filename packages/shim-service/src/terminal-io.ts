import { closeSync, constants } from 'node:fs';
import { Socket } from 'node:net';
import { ReadStream } from 'node:tty';
import { ConsoleSocket } from './console-socket.ts';
import { openFifoToRead, openFifoToWrite } from './fifo.ts';
import { resizeTerminal } from './native/terminal.ts';
import type { ProcessIO } from './process-io.ts';
import type { StdioPaths } from './stdio-paths.ts';

/**
 * Stdio by a terminal, whose other side the OCI runtime hands over: what comes from it is copied to the FIFO of
 * stdout, and what comes from that of stdin is copied to it.
 */
export async function openTerminalIO(paths: StdioPaths): Promise<ProcessIO> {
  return new TerminalIO(paths, await ConsoleSocket.listen());
}

class TerminalIO implements ProcessIO {
  readonly runtimeOptions: ProcessIO['runtimeOptions'];
  readonly drained: Promise<void>;
  readonly #setDrained: () => void;
  readonly #paths: StdioPaths;
  readonly #socket: ConsoleSocket;
  readonly #closers: (() => void)[] = [];
  #descriptor: number | undefined;
  #keepInput: number | undefined;

  constructor(paths: StdioPaths, socket: ConsoleSocket) {
    this.#paths = paths;
    this.#socket = socket;
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
    if (this.#descriptor !== undefined) resizeTerminal(this.#descriptor, size);
  }

  close(): void {
    this.#socket.close();
    this.closeStdin();
    for (const close of this.#closers.splice(0)) close();
    this.#descriptor = undefined;
    this.#setDrained();
  }

  #connect(descriptor: number): void {
    const terminal = new ReadStream(descriptor);
    this.#closers.push(() => terminal.destroy());
    this.#descriptor = descriptor;
    terminal.on('error', () => {}); // EIO: all that had the other side open are gone
    terminal.once('close', () => {
      this.#descriptor = undefined;
    });
    this.#copyOutput(terminal);
    this.#copyInput(terminal);
  }

  #copyOutput(terminal: ReadStream): void {
    const { stdout } = this.#paths;
    if (stdout === '') {
      terminal.once('close', this.#setDrained);
      terminal.resume();
      return;
    }
    const { own, keepAlive } = openFifoToWrite(stdout, constants.O_NONBLOCK);
    const output = new Socket({ fd: own, readable: false, writable: true });
    this.#closers.push(
      () => output.destroy(),
      () => closeSync(keepAlive),
    );
    output.on('error', () => terminal.resume());
    output.once('close', this.#setDrained);
    terminal.on('data', (data) => {
      if (output.writable && !output.write(data)) terminal.pause();
    });
    output.on('drain', () => terminal.resume());
    terminal.once('close', () => output.end());
    terminal.once('end', () => output.end());
  }

  #copyInput(terminal: ReadStream): void {
    const { stdin } = this.#paths;
    if (stdin === '') return;
    const { own, keepAlive } = openFifoToRead(stdin, constants.O_NONBLOCK);
    this.#keepInput = keepAlive;
    const input = new Socket({ fd: own, readable: true, writable: false });
    this.#closers.push(() => input.destroy());
    input.on('error', () => {});
    input.on('data', (data) => {
      if (!terminal.write(data)) input.pause();
    });
    terminal.on('drain', () => input.resume());
    input.once('end', () => terminal.destroy()); // the process gets SIGHUP, as on the stock shim
  }
}
