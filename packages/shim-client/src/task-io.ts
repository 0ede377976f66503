import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { hasCode, ShimClientError } from './errors.ts';

/** The paths to give to `create` or `exec`, and those that `state` gives back; empty for none. */
export interface TaskIOPaths {
  /** What the task reads; empty for none. */
  readonly stdin: string;
  /** What the task writes; empty for none. */
  readonly stdout: string;
  /** What the task writes of failures; empty for none, as with a terminal. */
  readonly stderr: string;
}

/** This side of a task's stdio. Data that nobody read yet stays in the pipes, 64 KiB each. */
export interface TaskStreams {
  /** Ending it closes our side; the task sees the end of its input after `closeIO`. */
  readonly stdin: Socket | undefined;
  /** Ends when the task, and all it started with this stdout, have ended. */
  readonly stdout: Readable | undefined;
  /** The same for stderr; undefined for a terminal. */
  readonly stderr: Readable | undefined;
}

/** Which FIFOs {@link TaskIO.create} makes. */
export interface TaskIOOptions {
  /** Whether there is an input. @default false */
  readonly stdin?: boolean;
  /** Whether the task has a terminal, whose stderr is its stdout. @default false */
  readonly terminal?: boolean;
}

const NONE = -1;

/**
 * The FIFOs that carry the input and output of a task.
 *
 * A shim opens them while it creates the task, and waits until both sides are open. So our side is open from the start.
 */
export class TaskIO implements AsyncDisposable {
  /** What to give to `create` or `exec`. */
  readonly paths: TaskIOPaths;
  readonly #directory: string | undefined;
  #descriptors: readonly [stdin: number, stdout: number, stderr: number];
  #streams: TaskStreams | undefined;

  /**
   * Makes the FIFOs `stdin`, `stdout` and `stderr`, 0600, in a new directory, and opens them.
   *
   * @param directory where to make them; it must not exist, its parent must. Removed on `close()`.
   * @throws {ShimClientError} `ERR_TASK_IO`.
   */
  static async create(directory: string, options: TaskIOOptions = {}): Promise<TaskIO> {
    const at = (name: string, wanted: boolean) => (wanted ? path.join(directory, name) : '');
    const paths = {
      stdin: at('stdin', options.stdin ?? false),
      stdout: at('stdout', true),
      stderr: at('stderr', !options.terminal),
    };
    try {
      await mkdir(directory, { mode: 0o700 });
    } catch (cause) {
      throw new ShimClientError('ERR_TASK_IO', `cannot make ${directory}`, { path: directory, cause });
    }
    try {
      await makeFifos(Object.values(paths).filter(Boolean));
      return new TaskIO(paths, directory);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Opens the FIFOs of a task that is running already, as its `state` names them. They are not removed
   * on `close()`.
   *
   * @throws {ShimClientError} `ERR_TASK_IO` when one is gone.
   */
  static open(paths: TaskIOPaths): TaskIO {
    return new TaskIO(paths, undefined);
  }

  private constructor({ stdin, stdout, stderr }: TaskIOPaths, directory: string | undefined) {
    this.paths = { stdin, stdout, stderr };
    this.#directory = directory;
    const opened: number[] = [];
    const open = (fifo: string, flags: number) => {
      const descriptor = fifo === '' ? NONE : openFifo(fifo, flags);
      opened.push(descriptor);
      return descriptor;
    };
    try {
      // For reading too: a FIFO without a reader cannot be opened for writing without a wait.
      const input = open(stdin, constants.O_RDWR);
      this.#descriptors = [input, open(stdout, constants.O_RDONLY), open(stderr, constants.O_RDONLY)];
    } catch (error) {
      for (const descriptor of opened) if (descriptor !== NONE) closeSync(descriptor);
      throw error;
    }
  }

  /** The streams, at any time: those of a task that has not opened its side yet wait for it. The same ones each time. */
  streams(): TaskStreams {
    const [stdin, stdout, stderr] = this.#descriptors;
    this.#streams ??= {
      stdin: stdin === NONE ? undefined : new Socket({ fd: stdin, readable: false, writable: true }),
      stdout: this.#outputOf(stdout),
      stderr: this.#outputOf(stderr),
    };
    this.#descriptors = [NONE, NONE, NONE]; // now the streams' own
    return this.#streams;
  }

  #outputOf(fd: number): Readable | undefined {
    if (fd === NONE) return undefined;
    // The kernel tells an end only after there was a writer since the FIFO was opened. Those that were made here have
    // had none before, so that all of it is told; a task that had these before may be long gone.
    return this.#directory === undefined ? outputOf(fd) : socketOf(fd);
  }

  /** Closes this side, and removes what `create` made. Never rejects for what is gone already. */
  async close(): Promise<void> {
    for (const descriptor of this.#descriptors) if (descriptor !== NONE) closeSync(descriptor);
    this.#descriptors = [NONE, NONE, NONE];
    for (const side of Object.values(this.#streams ?? {})) side?.destroy();
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true });
  }

  /** The same as `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * What comes out of a FIFO that was there before, to its end: for a reader that comes after the last writer has left, an
 * empty FIFO would stay silent for ever.
 */
function outputOf(fd: number): Readable {
  const { chunks, ended } = readAvailable(fd);
  if (ended) {
    closeSync(fd);
    return Readable.from(chunks);
  }
  const socket = socketOf(fd);
  if (chunks.length > 0) socket.unshift(Buffer.concat(chunks));
  return socket;
}

function socketOf(fd: number): Socket {
  return new Socket({ fd, readable: true, writable: false });
}

/** What is in the pipe, which is little: a writer that goes on is left to the stream. */
function readAvailable(fd: number): { readonly chunks: readonly Buffer[]; readonly ended: boolean } {
  const chunks: Buffer[] = [];
  for (let count = 0; count < 16; count += 1) {
    const buffer = Buffer.allocUnsafe(65_536);
    try {
      const length = readSync(fd, buffer);
      if (length === 0) return { chunks, ended: true };
      chunks.push(buffer.subarray(0, length));
    } catch (error) {
      if (!hasCode(error, 'EAGAIN')) throw error;
      break;
    }
  }
  return { chunks, ended: false };
}

function openFifo(fifo: string, flags: number): number {
  try {
    return openSync(fifo, flags | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (cause) {
    throw new ShimClientError('ERR_TASK_IO', `cannot open ${fifo}`, { path: fifo, cause });
  }
}

/** Node cannot make a FIFO, the command of POSIX can. */
async function makeFifos(fifos: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('mkfifo', ['-m', '600', '--', ...fifos]);
  } catch (cause) {
    const [path = ''] = fifos;
    throw new ShimClientError('ERR_TASK_IO', `cannot make FIFOs such as ${path}`, { path, cause });
  }
}
