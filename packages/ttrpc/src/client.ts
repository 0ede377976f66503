import { connect as connectSocket, type NetConnectOpts, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Connection } from './connection.ts';
import { startDeadline } from './deadline.ts';
import { decodeResponse, requestFrame, requestPrefix } from './envelope.ts';
import { TtrpcError } from './errors.ts';
import { type Frame, RESPONSE } from './frame.ts';
import { StreamTable } from './stream-table.ts';
import type {
  CallOptions,
  MessageCodec,
  MethodDescriptor,
  ServiceClient,
  ServiceDescriptor,
} from './types.ts';

/** What one read can bring; as much as Node's streams take at a time. */
const READ_BYTES = 64 * 1024;

/** A call that waits for its response. */
interface PendingCall {
  readonly streamId: number;
  readonly codec: MessageCodec<unknown>;
  readonly resolve: (message: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly timer: NodeJS.Timeout | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: (() => void) | undefined;
}

/**
 * Connects to a ttrpc server.
 *
 * @param target the path of a Unix socket (`\0NAME` for an abstract one), or what `net.connect` takes.
 * @throws {TtrpcError} `ERR_TTRPC_UNREACHABLE`, at once where nobody listens. Rejects with the signal's
 * reason on an abort.
 */
export async function connect(
  target: string | NetConnectOpts,
  options: { readonly signal?: AbortSignal } = {},
): Promise<TtrpcClient> {
  options.signal?.throwIfAborted();
  const socket = connectInPlace(typeof target === 'string' ? { path: target } : target);
  await untilConnected(socket, target, options.signal);
  return TtrpcClient.over(socket);
}

/** A connection to a ttrpc server; any number of calls share it. */
export class TtrpcClient implements AsyncDisposable {
  /** Resolves when the connection has ended: to the reason, or to undefined after `close()`. Never rejects. */
  readonly closed: Promise<TtrpcError | undefined>;
  readonly #socket: Duplex;
  readonly #connection: Connection;
  readonly #pending = new StreamTable<PendingCall>();
  #reason: TtrpcError | undefined;

  /** A client over a stream that is connected already. */
  static over(stream: Duplex): TtrpcClient {
    return new TtrpcClient(stream);
  }

  private constructor(stream: Duplex) {
    const { promise, resolve } = Promise.withResolvers<TtrpcError | undefined>();
    this.closed = promise;
    this.#socket = stream;
    this.#connection = new Connection(stream, {
      frame: (frame) => this.#receive(frame),
      close: (error) => {
        this.#settleAll(error);
        resolve(error);
      },
    });
  }

  /** The calls of a service. */
  service<Service extends ServiceDescriptor>(descriptor: Service): ServiceClient<Service> {
    const calls = Object.entries(descriptor.methods).map(([name, method]) => {
      const prefix = requestPrefix(descriptor.fullName, method.name);
      return [name, (request: never, options?: CallOptions) => this.#call(method, prefix, request, options)];
    });
    return Object.fromEntries(calls);
  }

  /** Ends the connection; every pending call rejects with `ERR_TTRPC_CLOSED`. Never rejects. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** The same as `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Lets this process end while the connection is open; it keeps the process running otherwise. */
  unref(): this {
    (this.#socket as Partial<Socket>).unref?.();
    return this;
  }

  /** Takes `unref` back. */
  ref(): this {
    (this.#socket as Partial<Socket>).ref?.();
    return this;
  }

  #call(method: MethodDescriptor, prefix: Buffer, request: never, options?: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const signal = options?.signal;
      if (signal?.aborted) throw signal.reason;
      if (this.#connection.ended) throw this.#closedError();
      const codec = method.requestType;
      const payload = codec.encode(codec.fromPartial(request)).finish();
      const streamId = this.#pending.nextId();
      const frame = requestFrame(streamId, prefix, payload, options);
      this.#pending.add(this.#waiting(streamId, method.responseType, resolve, reject, options));
      this.#connection.send(frame);
    });
  }

  #waiting(
    streamId: number,
    codec: MessageCodec<unknown>,
    resolve: PendingCall['resolve'],
    reject: PendingCall['reject'],
    options: CallOptions | undefined,
  ): PendingCall {
    if (!options)
      return { streamId, codec, resolve, reject, timer: undefined, signal: undefined, onAbort: undefined };
    const { signal, timeoutMs } = options;
    const timer = startDeadline(timeoutMs, (error) => this.#take(streamId)?.reject(error));
    const onAbort = signal && (() => this.#take(streamId)?.reject(signal.reason));
    if (onAbort) signal.addEventListener('abort', onAbort);
    return { streamId, codec, resolve, reject, timer, signal, onAbort };
  }

  /** The pending call, which is no longer pending then. */
  #take(streamId: number): PendingCall | undefined {
    const call = this.#pending.take(streamId);
    if (!call) return undefined;
    if (call.timer) clearTimeout(call.timer);
    if (call.onAbort) call.signal?.removeEventListener('abort', call.onAbort);
    return call;
  }

  #receive({ streamId, type, data }: Frame): void {
    if (type !== RESPONSE || !this.#pending.hasIssued(streamId)) {
      throw new TtrpcError(
        'ERR_TTRPC_PROTOCOL',
        `the server sent a frame on stream ${streamId}, which has no call`,
      );
    }
    const response = data && decodeResponse(data);
    const call = this.#take(streamId);
    if (!call) return; // the caller has given it up
    if (!response) call.reject(tooLarge());
    else if (response.error) call.reject(response.error);
    else settle(call, response.payload);
  }

  #settleAll(error: TtrpcError | undefined): void {
    this.#reason = error;
    for (const { streamId } of this.#pending.streams()) this.#take(streamId)?.reject(this.#closedError());
  }

  #closedError(): TtrpcError {
    return this.#reason ?? new TtrpcError('ERR_TTRPC_CLOSED', 'the connection was closed by this side');
  }
}

function settle(call: PendingCall, payload: Buffer): void {
  try {
    call.resolve(call.codec.decode(payload));
  } catch (cause) {
    call.reject(
      new TtrpcError('ERR_TTRPC_PROTOCOL', 'the response is not the message it should be', { cause }),
    );
  }
}

function tooLarge(): TtrpcError {
  return new TtrpcError('ERR_TTRPC_TOO_LARGE', 'the response is larger than the 4 MiB that ttrpc can carry');
}

/**
 * A socket that reads into the same memory again and again, which saves 2 % of the time of a call over
 * what a stream does with memory and queues. The bytes of a `data` event are good until the next one.
 */
function connectInPlace(options: NetConnectOpts): Socket {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const callback = (length: number) => {
    socket.emit('data', buffer.subarray(0, length));
    return true;
  };
  const socket = connectSocket({ ...options, onread: { buffer, callback } });
  return socket;
}

async function untilConnected(
  socket: Socket,
  target: string | NetConnectOpts,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal?.reason);
  const onError = (cause: Error) => reject(unreachable(target, cause));
  socket.once('connect', resolve).once('error', onError);
  signal?.addEventListener('abort', onAbort);
  try {
    await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    socket.off('error', onError);
    signal?.removeEventListener('abort', onAbort);
  }
}

function unreachable(target: string | NetConnectOpts, cause: Error): TtrpcError {
  const where = typeof target === 'string' ? target.replaceAll('\0', '@') : JSON.stringify(target);
  return new TtrpcError('ERR_TTRPC_UNREACHABLE', `cannot connect to ${where}: ${cause.message}`, { cause });
}
