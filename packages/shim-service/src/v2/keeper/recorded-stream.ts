import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { FrameScanner, REQUEST, RESPONSE } from './frame-scanner.ts';
import type { OpenCalls } from './open-calls.ts';

/** A connection whose calls are noted until they are answered. What an earlier process has read of it is read first. */
export class RecordedStream extends Duplex {
  readonly #socket: Socket;
  readonly #calls: OpenCalls;
  readonly #id: number;
  readonly #requests = new FrameScanner();
  readonly #responses = new FrameScanner();

  constructor(socket: Socket, calls: OpenCalls, id: number) {
    super();
    this.#socket = socket;
    this.#calls = calls;
    this.#id = id;
    const earlier = calls.bytesOf(id);
    if (earlier.length > 0) {
      this.#requests.scan(earlier);
      this.push(earlier);
    } else calls.begin(id);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.once('end', () => this.push(null));
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#socket.write(chunk, (error) => {
      for (const { type, stream } of this.#responses.scan(chunk)) {
        if (type === RESPONSE) this.#calls.remove(this.#id, stream);
      }
      callback(error);
    });
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#socket.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#socket.destroy();
    this.#calls.end(this.#id);
    callback(error);
  }

  #onData(chunk: Buffer): void {
    const hadRest = this.#requests.rest.length > 0;
    for (const { type, stream, bytes } of this.#requests.scan(chunk)) {
      if (type === REQUEST) this.#calls.add(this.#id, stream, bytes);
    }
    const { rest } = this.#requests;
    if (hadRest || rest.length > 0) this.#calls.rest(this.#id, rest);
    if (!this.push(chunk)) this.#socket.pause();
  }
}
