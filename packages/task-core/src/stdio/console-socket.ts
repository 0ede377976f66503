import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { receiveDescriptor } from '@shimwright/linux-native';
import { messageOf, TaskError } from '../errors.ts';

/** A socket on which an OCI runtime hands over the terminal it made for a process. */
export class ConsoleSocket {
  /** What `--console-socket` is given. */
  readonly path: string;
  readonly #directory: string;
  readonly #server: Server;
  readonly #connection: Promise<Socket | undefined>;

  /** Listens, in a directory that only this user can enter. */
  static async listen(): Promise<ConsoleSocket> {
    const socket = new ConsoleSocket();
    try {
      await once(socket.#server, 'listening');
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  private constructor() {
    this.#directory = makeDirectory();
    this.path = path.join(this.#directory, 'pty.sock');
    // Node must not read from the connection: it would drop the descriptor that comes with the first byte.
    this.#server = createServer({ pauseOnConnect: true });
    this.#connection = once(this.#server, 'connection').then(
      ([connection]) => connection,
      () => undefined,
    );
    this.#server.listen(this.path);
  }

  /**
   * The terminal, once the runtime has ended well; the caller's to close.
   *
   * @throws {TaskError} `ERR_TASK_CONSOLE` when the runtime did not send one.
   */
  async receive(): Promise<number> {
    // It connected before it ended, so that is known here within a turn or two of the event loop.
    const connection = await Promise.race([this.#connection, turns(100)]);
    const handle = connection && (connection as unknown as { _handle?: { fd: number } })._handle;
    const descriptor = handle && receiveDescriptor(handle.fd);
    connection?.destroy();
    if (descriptor !== undefined) return descriptor;
    throw new TaskError('ERR_TASK_CONSOLE', 'the OCI runtime handed no terminal over', {
      path: this.path,
    });
  }

  /** Stops listening and removes the socket. */
  close(): void {
    this.#server.close();
    void this.#connection.then((connection) => connection?.destroy());
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function makeDirectory(): string {
  const prefix = path.join(tmpdir(), 'shimwright-pty-');
  try {
    return mkdtempSync(prefix);
  } catch (cause) {
    const message = `cannot make a socket for the terminal below ${tmpdir()}: ${messageOf(cause)}`;
    throw new TaskError('ERR_TASK_STDIO', message, { path: prefix, cause });
  }
}

async function turns(count: number): Promise<undefined> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}
