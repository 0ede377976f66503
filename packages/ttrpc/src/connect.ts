import { Buffer } from 'node:buffer';
import { connect as connectSocket, type NetConnectOpts, type Socket } from 'node:net';
import { checkSignal, targetOptions, wrong } from './arguments.ts';
import { checkClientOptions, TtrpcClient, type TtrpcClientOptions } from './client.ts';
import { messageOf, TtrpcError } from './errors.ts';
import { pathProblem } from './server/socket-file.ts';

/** What one read can bring; as much as Node's streams take at a time. */
const READ_BYTES = 64 * 1024;

/** How to connect, and how to deal with the server. */
export interface ConnectOptions extends TtrpcClientOptions {
  /** Gives up connecting; it has no effect on the connection afterwards. */
  readonly signal?: AbortSignal;
}

/**
 * Connects to a ttrpc server.
 *
 * @param target the path of a Unix socket (`\0NAME` for an abstract one), or anything that `net.connect` takes.
 * @throws {TtrpcError} `ERR_TTRPC_UNREACHABLE` at once if nobody listens. `ERR_TTRPC_ARGUMENT` for an invalid target or
 * invalid options. On an abort it rejects with the signal's reason.
 */
export async function connect(
  target: string | NetConnectOpts,
  options: ConnectOptions = {},
): Promise<TtrpcClient> {
  checkSignal(options);
  checkClientOptions(options);
  const address = targetOptions(target);
  options.signal?.throwIfAborted();
  const problem = 'path' in address ? pathProblem(address.path) : undefined;
  if (problem !== undefined) throw unreachable(target, problem);
  const socket = socketTo(address);
  await untilConnected(socket, target, options.signal);
  return TtrpcClient.over(socket, options);
}

/** @throws {TtrpcError} `ERR_TTRPC_ARGUMENT` for what Node takes as no target. */
function socketTo(options: NetConnectOpts): Socket {
  try {
    return connectInPlace(options);
  } catch (cause) {
    throw wrong(`the target is none: ${messageOf(cause)}`, { cause });
  }
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
  const onError = (cause: Error) => reject(unreachable(target, cause.message, { cause }));
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

function unreachable(target: string | NetConnectOpts, why: string, options?: ErrorOptions): TtrpcError {
  const where = typeof target === 'string' ? target.replaceAll('\0', '@') : JSON.stringify(target);
  return new TtrpcError('ERR_TTRPC_UNREACHABLE', `cannot connect to ${where}: ${why}`, options);
}
