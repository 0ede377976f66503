import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ShimDefinition } from '@shimwright/shim-api';
import { connect, type TtrpcClient, TtrpcError, TtrpcServer } from '@shimwright/ttrpc';
import { frameOf, type ModelStream, REQUEST, RESPONSE, readStream } from './frame-model.ts';
import { type HostileStream, partsOf } from './hostile-bytes.ts';
import { HUNG_MS, notHung } from './hung.ts';
import { isMalformed } from './protobuf-model.ts';
import { StreamsDefinition } from './streams-service.ts';

/** Calls that wait when the attack comes, on the stream ids 1, 3, 5 and so on. */
export const WAITING_CALLS = 8;

/** The highest of those ids. */
const LAST_STREAM_ID = 2 * WAITING_CALLS - 1;

/** Field 2, the payload: a `StateResponse` with the id `fuzz`. */
const GOOD_ANSWER = frameOf(1, RESPONSE, Buffer.from('\x12\x06\x0a\x04fuzz'));

const OnlyState = { ...ShimDefinition, methods: { state: ShimDefinition.methods.state } };

/** A server that says to each client what the attack is, and beside it one that behaves, with a client of its own. */
export class HostileServer implements AsyncDisposable {
  /** Calls to the server that behaves, all answered as they should be. */
  goodCalls = 0;
  readonly #socket: string;
  readonly #good: TtrpcServer;
  readonly #goodClient: TtrpcClient;
  readonly #directory: string;
  readonly #server: Server;
  #onClient: (socket: Socket) => void = () => {};

  static async start(): Promise<HostileServer> {
    const directory = await mkdtemp(path.join(tmpdir(), 'fuzz-'));
    const good = new TtrpcServer().handle(OnlyState, { state: ({ id }) => ({ id }) });
    await good.listen(path.join(directory, 'good.sock'));
    const server = new HostileServer(directory, good, await connect(path.join(directory, 'good.sock')));
    await once(server.#server, 'listening');
    return server;
  }

  private constructor(directory: string, good: TtrpcServer, goodClient: TtrpcClient) {
    this.#directory = directory;
    this.#good = good;
    this.#goodClient = goodClient;
    this.#socket = path.join(directory, 'hostile.sock');
    this.#server = createServer((socket) => this.#onClient(socket)).listen(this.#socket);
  }

  /** A client that has connected, and this side of its connection. */
  async client(): Promise<readonly [TtrpcClient, Socket]> {
    const { promise, resolve } = Promise.withResolvers<Socket>();
    this.#onClient = resolve;
    return [await connect(this.#socket), await promise];
  }

  /** Makes a call on the other connection of this process, and checks its answer. */
  async check(): Promise<void> {
    const id = `good-${this.goodCalls}`;
    const answer = await this.#goodClient.service(OnlyState).state({ id }, { timeoutMs: HUNG_MS });
    assert.equal(answer.id, id);
    this.goodCalls += 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await this.#goodClient.close();
    await this.#good.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/**
 * Answers one call of a client as it should be, then sends it the stream, and hangs up. The good answer must arrive, every
 * call must come to its end, as a message or as a `TtrpcError`, and so must the connection: with a protocol error where
 * a frame is none or has no call.
 *
 * @returns how many frames it was.
 */
export async function attackClient(server: HostileServer, stream: HostileStream): Promise<number> {
  const model = readStream(Buffer.concat(stream.pieces));
  const [client, socket] = await server.client();
  socket.on('error', () => {}); // the client may end it while we write
  socket.resume();
  try {
    const shim = client.service(ShimDefinition);
    const streams = client.service(StreamsDefinition);
    const calls = Array.from({ length: WAITING_CALLS }, (_, index) => {
      if (index % 4 === 2) return countOf(streams.count({ id: 'fuzz' }));
      if (index % 4 === 3) return countOf(streams.echo([{ id: 'fuzz' }]));
      return shim.state({ id: 'fuzz' });
    });
    const settled = Promise.allSettled(calls);
    const checked = server.check();
    for (const part of [GOOD_ANSWER, ...partsOf(stream)]) socket.write(part);
    socket.end();
    await checked;
    expectSettled(await notHung(settled, 'the end of every call'));
    expectEnd(await notHung(client.closed, 'the end of the connection'), model);
  } finally {
    socket.destroy();
    await client.close();
  }
  return model.frames.length;
}

/** How many messages there are in a stream, in place of an id. */
async function countOf(messages: AsyncIterable<unknown>): Promise<{ readonly id: string }> {
  let count = 0;
  for await (const _ of messages) count += 1;
  return { id: String(count) };
}

function expectSettled([first, ...others]: readonly PromiseSettledResult<{ readonly id: string }>[]): void {
  assert(first?.status === 'fulfilled' && first.value.id === 'fuzz', 'the good answer arrived');
  for (const call of others) {
    if (call.status === 'fulfilled') assert.equal(typeof call.value.id, 'string');
    else assert(call.reason instanceof TtrpcError, call.reason);
  }
}

function expectEnd(reason: TtrpcError | undefined, { frames, isBroken }: ModelStream): void {
  assert(reason instanceof TtrpcError);
  const hasBadFrame = frames.some(
    ({ type, streamId, isTooLarge, data }) =>
      type === REQUEST || !hasCall(streamId) || (type === RESPONSE && !isTooLarge && isMalformed(data)),
  );
  if (isBroken || hasBadFrame) assert.equal(reason.code, 'ERR_TTRPC_PROTOCOL');
  else assert(['ERR_TTRPC_PROTOCOL', 'ERR_TTRPC_CLOSED'].includes(reason.code), reason);
}

function hasCall(streamId: number): boolean {
  return streamId % 2 === 1 && streamId <= LAST_STREAM_ID;
}
