import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import path from 'node:path';
import { duplexPair } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { answering, connected, ENDS, framesOf, gate, listening, serving } from '../test/fixtures/peers.ts';
import { shimState } from '../test/fixtures/shim-state.ts';
import { decodeRequest, errorFrame, responseFrame } from './envelope.ts';
import { DATA, type Frame, MAX_DATA_BYTES, REQUEST, RESPONSE, writeHeader } from './frame.ts';
import { connect, statusNames, TtrpcClient, TtrpcError } from './index.ts';

const MIB = 1024 * 1024;

const response = (streamId: number, id: string) =>
  responseFrame(streamId, shimState.methods.state.responseType.encode({ id, stdout: '' }).finish());

function frame(streamId: number, type: number, data: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(10), data]);
  writeHeader(bytes, streamId, type);
  return bytes;
}

/** The id that a request asks for. */
const idOf = ({ data = Buffer.alloc(0) }: Frame) =>
  shimState.methods.state.requestType.decode(decodeRequest(data).payload).id;

describe('connecting', () => {
  test('fails at once where nothing is, where nobody listens, and where there is no socket', async () => {
    const dir = await tempDir({ file: 'text' });
    for (const target of ['missing', 'file', 'missing/deeper', '.']) {
      await expect(connect(path.join(dir, target))).rejects.toMatchObject({
        name: 'TtrpcError',
        code: 'ERR_TTRPC_UNREACHABLE',
        message: expect.stringContaining(path.join(dir, target)),
        cause: expect.any(Error),
      });
    }
    await expect(connect({ path: path.join(dir, 'missing') })).rejects.toMatchObject({
      code: 'ERR_TTRPC_UNREACHABLE',
    });
  });

  test('works over TCP, too', async () => {
    const { server } = await serving(({ id }) => ({ id }));
    const listener = createServer((peer) => server.accept(peer)).listen(0, '127.0.0.1');
    onTestFinished(() => void listener.close());
    await once(listener, 'listening');
    const { address: host, port } = listener.address() as AddressInfo;
    await using client = await connect({ host, port });
    expect(await client.service(shimState).state({ id: 'a' })).toMatchObject({ id: 'a' });
  });

  test('rejects with the reason of an abort, before and meanwhile, and leaves no connection', async () => {
    const gone = gate();
    const socket = await listening((peer) => peer.resume().once('close', () => gone.resolve()));
    const reason = new Error('no longer needed');
    const abort = new AbortController();
    const connecting = connect(socket, abort);
    abort.abort(reason);
    await expect(connecting).rejects.toBe(reason);
    await expect(connect(socket, abort)).rejects.toBe(reason);
    // One that got through all the same is closed again.
    const other = dial(socket);
    await once(other, 'connect');
    other.destroy();
    await gone.promise;
  });

  test('over a stream that is connected already needs no more', async () => {
    const [ours, theirs] = duplexPair();
    const client = TtrpcClient.over(ours).unref().ref();
    const call = client.service(shimState).state({ id: 'a' });
    theirs.once('data', () => theirs.write(response(1, 'b')));
    expect(await call).toMatchObject({ id: 'b' });
    await client.close();
  });
});

describe('over a stream that has ended already', () => {
  test.each(ENDS.map((end, index) => [index, end] as const))('every call says so: %i', async (_, end) => {
    const [near, far] = duplexPair();
    await end(near, far);
    const client = TtrpcClient.over(near);
    await expect(client.service(shimState).state({})).rejects.toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
    expect(await client.closed).toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
    await client.close();
  });
});

describe('what waits to be sent', () => {
  test('has a limit, beyond which calls are refused; others are sent when the server reads', async () => {
    const peer = gate<Socket>();
    const client = await connect(await listening(peer.resolve), { maxPendingBytes: 4 * MIB });
    onTestFinished(() => client.close());
    const shim = client.service(shimState);
    const calls = Array.from({ length: 12 }, () => shim.state({ id: 'x'.repeat(MIB) }));
    const results = calls.map((call) => call.catch(({ code }: TtrpcError) => code));
    for (const result of results.slice(4)) expect(await result).toBe('ERR_TTRPC_QUEUE_FULL');
    expect(await framesOf(await peer.promise, 4)).toHaveLength(4);
    const next = shim.state({ id: 'next' });
    (await peer.promise).write(response(9, 'next'));
    expect(await next).toMatchObject({ id: 'next' });
  });
});

describe('a call', () => {
  test('gets its own answer, in whatever order they come', async () => {
    const gates = new Map(['a', 'b', 'c'].map((id) => [id, gate()]));
    const { socket } = await serving(async ({ id }) => {
      await gates.get(id)?.promise;
      return { id };
    });
    const { shim } = await connected(socket);
    const order: string[] = [];
    const calls = [...gates.keys()].map(async (id) => {
      expect(await shim.state({ id })).toMatchObject({ id });
      order.push(id);
    });
    for (const id of ['b', 'c', 'a']) {
      gates.get(id)?.resolve();
      await calls['abc'.indexOf(id)];
    }
    expect(order).toEqual(['b', 'c', 'a']);
  });

  test('has an odd stream id that rises', async () => {
    const socket = await answering(({ streamId }) => response(streamId, String(streamId)));
    const { shim } = await connected(socket);
    const answers = await Promise.all([shim.state({}), shim.state({}), shim.state({})]);
    expect(answers.map(({ id }) => id)).toEqual(['1', '3', '5']);
  });

  test('sends its deadline as timeout_nano, and its metadata', async () => {
    const asked = gate<unknown>();
    const socket = await answering(({ streamId, data = Buffer.alloc(0) }) => {
      asked.resolve(decodeRequest(data));
      return response(streamId, '');
    });
    const { shim } = await connected(socket);
    await shim.state({}, { timeoutMs: 1500.5, metadata: { name: ['a', 'b'], empty: [] } });
    expect(await asked.promise).toMatchObject({
      service: 'containerd.runtime.linux.shim.v1.Shim',
      method: 'State',
      timeoutNano: 1_500_500_000,
      metadata: { name: ['a', 'b'] },
    });
  });

  test.each(statusNames.slice(1))('rejects with the status %s that the server answers', async (status) => {
    const socket = await answering(({ streamId }) => errorFrame(streamId, TtrpcError.status(status, 'why')));
    const { shim } = await connected(socket);
    await expect(shim.state({})).rejects.toMatchObject({ code: 'ERR_TTRPC_STATUS', status, message: 'why' });
  });

  test('rejects with DEADLINE_EXCEEDED when no answer comes in time; a late one disturbs nobody', async () => {
    const ids: number[] = [];
    const socket = await answering((request) => {
      ids.push(request.streamId);
      if (idOf(request) === 'slow') return undefined;
      return Buffer.concat(ids.map((streamId) => response(streamId, 'late or not')));
    });
    const { client, shim } = await connected(socket);
    await expect(shim.state({ id: 'slow' }, { timeoutMs: 5 })).rejects.toMatchObject({
      code: 'ERR_TTRPC_STATUS',
      status: 'DEADLINE_EXCEEDED',
    });
    expect(await shim.state({ id: 'next' }, { timeoutMs: 60_000 })).toMatchObject({ id: 'late or not' });
    expect(await shim.state({ id: 'next' })).toMatchObject({ id: 'late or not' });
    await client.close();
  });

  test.each([Number.POSITIVE_INFINITY, 2 ** 31, Number.MAX_VALUE])(
    'may have the deadline %d ms',
    async (timeoutMs) => {
      const { socket } = await serving(
        ({ id }) => new Promise((resolve) => setImmediate(() => setTimeout(resolve, 2, { id }))),
      );
      const { shim } = await connected(socket);
      expect(await shim.state({ id: 'a' }, { timeoutMs })).toMatchObject({ id: 'a' });
    },
  );

  test('rejects with the reason of an abort, before and while it runs, and leaves no listener', async () => {
    const asked = gate();
    const { socket } = await serving(({ id }) => {
      if (id === 'quick') return { id };
      asked.resolve();
      return new Promise(() => {});
    });
    const { shim } = await connected(socket);
    const abort = new AbortController();
    const reason = new Error('no longer needed');
    expect(await shim.state({ id: 'quick' }, abort)).toMatchObject({ id: 'quick' });
    const running = shim.state({ id: 'slow' }, abort);
    await asked.promise;
    abort.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(shim.state({ id: 'quick' }, abort)).rejects.toBe(reason);
    expect(await shim.state({ id: 'quick' })).toMatchObject({ id: 'quick' });
  });

  test('that cannot be encoded rejects, and nothing is sent', async () => {
    const { socket } = await serving(({ id }) => ({ id }));
    const { shim } = await connected(socket);
    await expect(shim.state({ id: Symbol('none') as unknown as string })).rejects.toBeInstanceOf(TypeError);
    expect(await shim.state({ id: 'next' })).toMatchObject({ id: 'next' });
  });

  test('of more than 4 MiB fails alone', async () => {
    const { socket } = await serving(({ id }) => ({ id: id.slice(0, 4) }));
    const { shim } = await connected(socket);
    const [big, other] = [shim.state({ id: 'x'.repeat(5 * MIB) }), shim.state({ id: 'other' })];
    await expect(big).rejects.toMatchObject({ code: 'ERR_TTRPC_TOO_LARGE' });
    expect(await other).toMatchObject({ id: 'othe' });
  });

  test('that is answered with 5 MiB fails alone', async () => {
    const socket = await answering((request) =>
      idOf(request) === 'big'
        ? frame(request.streamId, RESPONSE, Buffer.alloc(5 * MIB))
        : response(request.streamId, 'small'),
    );
    const { shim } = await connected(socket);
    const [big, other] = [shim.state({ id: 'big' }), shim.state({ id: 'other' })];
    await expect(big).rejects.toMatchObject({ code: 'ERR_TTRPC_TOO_LARGE' });
    expect(await other).toMatchObject({ id: 'small' });
  });

  test('that is answered with another message fails alone', async () => {
    const socket = await answering((request) =>
      idOf(request) === 'bad'
        ? responseFrame(request.streamId, Buffer.from('0aff', 'hex'))
        : response(request.streamId, 'good'),
    );
    const { shim } = await connected(socket);
    const [bad, good] = [shim.state({ id: 'bad' }), shim.state({ id: 'good' })];
    await expect(bad).rejects.toMatchObject({ code: 'ERR_TTRPC_PROTOCOL', cause: expect.any(RangeError) });
    expect(await good).toMatchObject({ id: 'good' });
  });
});

describe('what is no ttrpc', () => {
  test.each([
    ['text', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a stream that has no call', frame(5, DATA, Buffer.alloc(1))],
    ['a request', frame(1, REQUEST, Buffer.alloc(0))],
    ['a response that is no protobuf', frame(1, RESPONSE, Buffer.from('ffff', 'hex'))],
    ['a response on stream 0', response(0, '')],
    ['a response on an even stream', response(2, '')],
    ['a response to a call that was not made', response(5, '')],
    ['too much for a call that was not made', frame(99, RESPONSE, Buffer.alloc(MAX_DATA_BYTES + 1))],
  ])('%s closes the connection, and every call says so', async (_, bytes) => {
    const ended = gate();
    const socket = await listening((peer) => {
      peer.once('data', () => peer.write(bytes)).once('close', () => ended.resolve());
    });
    const { client, shim } = await connected(socket);
    const calls = await Promise.allSettled([shim.state({ id: 'a' }), shim.state({ id: 'b' })]);
    const error = await client.closed;
    expect(error).toMatchObject({ name: 'TtrpcError', code: 'ERR_TTRPC_PROTOCOL' });
    expect(calls).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ]);
    await expect(shim.state({})).rejects.toBe(error);
    await ended.promise;
  });

  test('is noticed when nobody asked, too', async () => {
    const socket = await listening((peer) => peer.write(response(1, 'hello')));
    const { client } = await connected(socket);
    expect(await client.closed).toMatchObject({ code: 'ERR_TTRPC_PROTOCOL' });
  });
});

describe('the end of a connection', () => {
  test.each([
    ['between frames', Buffer.alloc(0), 'it ended'],
    ['within a header', response(1, 'x').subarray(0, 5), 'it ended within a frame'],
    ['within the data', response(1, 'x').subarray(0, 12), 'it ended within a frame'],
    [
      'within what is too large',
      frame(1, RESPONSE, Buffer.alloc(MAX_DATA_BYTES + 1)).subarray(0, 999),
      'within',
    ],
  ])('%s settles every call', async (_, bytes, message) => {
    const socket = await listening((peer) => peer.once('data', () => peer.end(bytes)));
    const { client, shim } = await connected(socket);
    const [first, second] = await Promise.allSettled([shim.state({}), shim.state({})]);
    expect(await client.closed).toMatchObject({
      code: 'ERR_TTRPC_CLOSED',
      message: expect.stringContaining(message),
    });
    expect([first?.status, second]).toMatchObject([
      'rejected',
      { status: 'rejected', reason: { code: 'ERR_TTRPC_CLOSED' } },
    ]);
  });

  test('that the system reports is the cause', async () => {
    const peer = gate<Socket>();
    const socket = await listening((accepted) => peer.resolve(accepted.pause()));
    const { client, shim } = await connected(socket);
    const call = expect(shim.state({ id: 'x'.repeat(MIB) })).rejects.toMatchObject({
      code: 'ERR_TTRPC_CLOSED',
    });
    (await peer.promise).destroy(); // while there is something that it has not read
    await call;
    expect(await client.closed).toMatchObject({
      code: 'ERR_TTRPC_CLOSED',
      cause: { code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) },
    });
  });

  test('by close() settles every call, those that were never sent too, and refuses further ones', async () => {
    const socket = await listening(() => {}); // reads nothing
    const { client, shim } = await connected(socket);
    const calls = Array.from({ length: 8 }, () => shim.state({ id: 'x'.repeat(MIB) }));
    const settled = Promise.allSettled([...calls, shim.state({}, { timeoutMs: 60_000 })]);
    await client.close();
    for (const call of await settled) {
      expect(call).toMatchObject({ status: 'rejected', reason: { code: 'ERR_TTRPC_CLOSED' } });
    }
    expect(await client.closed).toBeUndefined();
    await expect(shim.state({})).rejects.toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
    await client.close();
  });

  test('comes with `await using`', async () => {
    const { socket } = await serving(({ id }) => ({ id }));
    let closed: Promise<unknown>;
    {
      await using client = await connect(socket);
      closed = client.closed;
      expect(await client.service(shimState).state({ id: 'a' })).toMatchObject({ id: 'a' });
    }
    expect(await closed).toBeUndefined();
  });
});

describe('a slow reader', () => {
  test('as a server holds up no call but its own', async () => {
    const slow = await connected(await listening(() => {}));
    const held = Promise.allSettled(
      Array.from({ length: 4 }, () => slow.shim.state({ id: 'x'.repeat(MIB) })),
    );
    const { shim } = await connected((await serving(({ id }) => ({ id }))).socket);
    for (let call = 0; call < 50; call++) expect(await shim.state({ id: 'a' })).toMatchObject({ id: 'a' });
    await slow.client.close();
    expect((await held).map(({ status }) => status)).toEqual(new Array(4).fill('rejected'));
  });

  test('gets every request whole in the end, in order', async () => {
    const peer = gate<Socket>();
    const { client, shim } = await connected(await listening(peer.resolve));
    const ids = Array.from({ length: 8 }, (_, index) => String(index).repeat(MIB));
    const settled = Promise.allSettled(ids.map((id) => shim.state({ id })));
    const frames = await framesOf(await peer.promise, ids.length);
    expect(frames.map(idOf).map((id) => [id[0], id.length])).toEqual(ids.map((id) => [id[0], MIB]));
    await client.close();
    await settled;
  });

  test('as a client holds up no other', async () => {
    const { socket } = await serving(({ id }) => ({
      id,
      stdout: id === 'big' ? 'x'.repeat(4 * MIB - 99) : '',
    }));
    const { client, shim } = await connected(socket);
    const raw = dial(socket);
    onTestFinished(() => void raw.destroy());
    const request = gate<Buffer>();
    const recorder = await connected(await listening((peer) => peer.once('data', request.resolve)));
    recorder.shim.state({ id: 'big' }).catch(() => {});
    raw.write(await request.promise); // and never read
    for (let call = 0; call < 50; call++) expect(await shim.state({ id: 'a' })).toMatchObject({ id: 'a' });
    await client.close();
  });
});
