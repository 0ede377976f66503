import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import { type ModelFrame, readStream } from './frame-model.ts';
import { notHung } from './hung.ts';

/** A socket and all that has come from it. */
export class RawConnection {
  isOver = false;
  readonly #socket: Socket;
  readonly #received: Buffer[] = [];
  #answers: readonly ModelFrame[] = [];
  #isRead = true;
  #wake = () => {};

  static async to(path: string): Promise<RawConnection> {
    for (;;) {
      const socket = dial(path);
      try {
        await once(socket, 'connect');
        return new RawConnection(socket);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error; // too many wait to be accepted
      }
    }
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => {}); // the server may end it while we write
    socket.on('data', (bytes) => {
      this.#received.push(bytes);
      this.#isRead = false;
      this.#wake();
    });
    socket.on('close', () => {
      this.isOver = true;
      this.#wake();
    });
  }

  send(bytes: Buffer): Buffer {
    this.#socket.write(bytes);
    return bytes;
  }

  /** What came until now; the last frame may be cut where the connection is over. */
  answers(): readonly ModelFrame[] {
    if (!this.#isRead) this.#answers = readStream(Buffer.concat(this.#received)).frames;
    this.#isRead = true;
    return this.#answers;
  }

  async until(isDone: () => boolean, what: string): Promise<void> {
    while (!isDone()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await notHung(promise, what);
    }
  }

  /** Leaves unread what comes from now on. */
  pause(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.destroy();
  }
}
