import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import {
  type DescriptorWatch,
  duplicateDescriptor,
  peekMessage,
  receiveMessage,
  watchReadable,
} from '@shimwright/linux-native';
import { FrameScanner, REQUEST, RESPONSE } from './frame-scanner.ts';
import type { OpenCalls } from './open-calls.ts';

/**
 * A connection whose calls are noted until they are answered. What an earlier process has read of it is read first.
 *
 * Node's own stream takes bytes from the kernel before anybody can note them: a call would be lost with a process that is killed
 * between the two. So this looks at what waits in the socket, notes it, and takes it then.
 */
export class RecordedStream extends Duplex {
  readonly #socket: Socket;
  readonly #calls: OpenCalls;
  readonly #id: number;
  readonly #requests = new FrameScanner();
  readonly #responses = new FrameScanner();
  /** Another descriptor of the socket: libuv allows one watch on each. */
  readonly #descriptor: number;
  #watch: DescriptorWatch | undefined;

  /**
   * @param socket one that is written only: it is paused, or not readable.
   * @param descriptor the socket's.
   * @throws a system error: `EMFILE`.
   */
  constructor(socket: Socket, descriptor: number, calls: OpenCalls, id: number) {
    super();
    this.#socket = socket;
    this.#calls = calls;
    this.#id = id;
    this.#descriptor = duplicateDescriptor(descriptor);
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
    calls.begin(id);
    this.#resume();
  }

  override _read(): void {
    this.#watch ??= watchReadable(this.#descriptor, () => this.#receive());
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
    this.#pause();
    closeSync(this.#descriptor);
    this.#socket.destroy();
    this.#calls.end(this.#id);
    callback(error);
  }

  /** Goes on with what an earlier process has taken from the socket. */
  #resume(): void {
    const earlier = this.#calls.bytesOf(this.#id);
    if (earlier.length > 0) {
      this.#requests.scan(earlier);
      this.push(earlier);
    }
    const taken = this.#calls.takenFrom(this.#id);
    if (taken.length === 0) return;
    // It was killed before or after it took this. The same bytes do not come twice: each frame has a number of its own.
    if (this.#peek(taken.length)?.equals(taken)) this.#calls.took(this.#id, [], this.#requests.rest);
    else this.#take(taken);
  }

  #receive(): void {
    try {
      const bytes = this.#peek();
      if (bytes === undefined) return;
      if (bytes.length === 0) {
        this.#pause();
        this.push(null);
        return;
      }
      this.#calls.taking(this.#id, bytes);
      closeAll(receiveMessage(this.#descriptor, bytes.length)?.descriptors);
      if (!this.#take(bytes)) this.#pause();
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** What waits in the socket: nothing at its end, undefined where that is still to come. */
  #peek(maxBytes?: number): Buffer | undefined {
    const message = peekMessage(this.#descriptor, maxBytes);
    closeAll(message?.descriptors);
    return message?.data;
  }

  /** Notes what was taken, and passes it on. @returns whether more is wanted. */
  #take(bytes: Buffer): boolean {
    const requests = this.#requests.scan(bytes).filter(({ type }) => type === REQUEST);
    this.#calls.took(
      this.#id,
      requests.map((frame) => [frame.stream, frame.bytes]),
      this.#requests.rest,
    );
    return this.push(bytes);
  }

  #pause(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }
}

/** Nobody may pass descriptors here. */
function closeAll(descriptors: readonly number[] = []): void {
  for (const each of descriptors) closeSync(each);
}
