import path from 'node:path';
import { duplexPair, Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { answering, dialled, framesOf, gate, listening } from '../test/fixtures/peers.ts';
import {
  messagesOf,
  type Streams,
  streamHandlers,
  streams,
  type Text,
  textCodec,
  textsOf,
} from '../test/fixtures/streams.ts';
import { decodeResponse, errorFrame, requestFrame, requestPrefix, responseFrame } from './envelope.ts';
import {
  DATA,
  dataFrame,
  endFrame,
  type Frame,
  HEADER_BYTES,
  MAX_DATA_BYTES,
  NO_DATA,
  REMOTE_CLOSED,
  REMOTE_OPEN,
  RESPONSE,
  writeHeader,
} from './frame.ts';
import {
  connect,
  inProcess,
  type ServiceClient,
  type ServiceHandlers,
  TtrpcClient,
  type TtrpcClientOptions,
  TtrpcError,
  TtrpcServer,
  type TtrpcServerOptions,
} from './index.ts';

const MIB = 1024 * 1024;
const bytesOf = (text: string) => Buffer.from(textCodec.encode({ text }).finish());
const message = (streamId: number, text: string) => dataFrame(streamId, bytesOf(text));
const request = (streamId: number, method: string, flags: number, text = '') =>
  requestFrame(streamId, requestPrefix(streams.fullName, method), bytesOf(text), undefined, flags);

function frame(streamId: number, type: number, flags: number, data: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(HEADER_BYTES), data]);
  writeHeader(bytes, streamId, type, flags);
  return bytes;
}

async function serving(
  handlers: Partial<ServiceHandlers<Streams>> = {},
  options: TtrpcServerOptions = {},
): Promise<string> {
  const socket = path.join(await tempDir(), 'ttrpc.sock');
  const server = new TtrpcServer(options).handle(streams, { ...streamHandlers, ...handlers });
  onTestFinished(() => server.close());
  await server.listen(socket);
  return socket;
}

async function calling(socket: string, options: TtrpcClientOptions = {}): Promise<ServiceClient<Streams>> {
  const client = await connect(socket, options);
  onTestFinished(() => client.close());
  return client.service(streams);
}

/** Calls over a connection of their own, and the calls within this process. */
const WAYS: readonly [
  string,
  (handlers?: Partial<ServiceHandlers<Streams>>) => Promise<ServiceClient<Streams>>,
][] = [
  ['over a connection', async (handlers) => calling(await serving(handlers))],
  ['in this process', async (handlers) => inProcess(streams, { ...streamHandlers, ...handlers })],
];

describe.each(WAYS)('streams %s', (_, ways) => {
  test('of requests are answered once', async () => {
    const calls = await ways();
    expect(await calls.join(messagesOf('a', 'b', ''))).toEqual({ text: 'a,b,' });
    expect(await calls.join([])).toEqual({ text: '' });
    expect(await calls.join(Readable.from([{ text: 'a' }, {}]))).toEqual({ text: 'a,' });
  });

  test('of responses come in order, to their end', async () => {
    const calls = await ways();
    expect(await textsOf(calls.count({ text: '1000' }))).toEqual(
      Array.from({ length: 1000 }, (_unused, index) => String(index + 1)),
    );
    expect(await textsOf(calls.count({}))).toEqual([]);
  });

  test('go in both directions at once', async () => {
    const calls = await ways();
    const requests = gate<Text>();
    async function* source() {
      yield { text: 'first' };
      yield await requests.promise;
    }
    const answers = calls.echo(source());
    expect(await answers.next()).toEqual({ done: false, value: { text: 'first' } });
    requests.resolve({ text: 'second' });
    expect(await answers.next()).toEqual({ done: false, value: { text: 'second' } });
    expect(await answers.next()).toEqual({ done: true, value: undefined });
    expect(await answers.next()).toEqual({ done: true, value: undefined });
  });

  test('have several reads waiting at once, each with its own message', async () => {
    const calls = await ways();
    const answers = calls.count({ text: '2' });
    const reads = [answers.next(), answers.next(), answers.next()];
    expect((await Promise.all(reads)).map(({ value }) => value?.text)).toEqual(['1', '2', undefined]);
  });

  test('end with the status of the handler, after the messages before it', async () => {
    const calls = await ways();
    const answers = calls.count({ text: '1:9' });
    expect(await answers.next()).toMatchObject({ value: { text: '1' } });
    await expect(answers.next()).rejects.toMatchObject({
      code: 'ERR_TTRPC_STATUS',
      status: 'FAILED_PRECONDITION',
    });
    expect(await answers.next()).toEqual({ done: true, value: undefined });
    await expect(calls.join(messagesOf('a', 'b'))).resolves.toEqual({ text: 'a,b' });
  });

  test('that a handler leaves before their end tell the source', async () => {
    const told = gate();
    const calls = await ways();
    async function* endless() {
      try {
        for (let number = 0; ; number++) {
          yield { text: number === 3 ? 'stop' : 'x' };
          await new Promise(setImmediate);
        }
      } finally {
        told.resolve();
      }
    }
    expect(await calls.join(endless())).toEqual({ text: 'x,x,x' });
    await told.promise;
  });

  test('that fail at their source reject the call with that failure', async () => {
    const calls = await ways();
    const reason = new Error('no more');
    async function* failing() {
      yield { text: 'a' };
      throw reason;
    }
    await expect(calls.join(failing())).rejects.toBe(reason);
    const answers = calls.echo(failing());
    await expect(textsOf(answers)).rejects.toBe(reason);
    expect(await calls.say({ text: 'next' })).toEqual({ text: 'next' });
  });

  test.each([undefined, null, 5, 'text', {}, () => {}])('%s is no stream of requests', async (source) => {
    const calls = await ways();
    const refused = { code: 'ERR_TTRPC_ARGUMENT' };
    await expect(calls.join(source as never)).rejects.toMatchObject(refused);
    await expect(calls.echo(source as never).next()).rejects.toMatchObject(refused);
    expect(await calls.say({ text: 'next' })).toEqual({ text: 'next' });
  });

  test('may be given by a handler as a promise, an array or a Node stream, and nothing else', async () => {
    for (const given of [
      [{ text: 'a' }, {}],
      Promise.resolve([{ text: 'a' }, {}]),
      Readable.from([{ text: 'a' }, {}]),
    ]) {
      const calls = await ways({ count: () => given as never });
      expect(await textsOf(calls.count({}))).toEqual(['a', '']);
    }
    const calls = await ways({ count: () => 5 as never });
    await expect(textsOf(calls.count({}))).rejects.toMatchObject({ status: 'UNKNOWN' });
  });

  test('reject with the reason of an abort, before and while they run, and the handler is told', async () => {
    const [started, heard] = [gate(), gate<unknown>()];
    const calls = await ways({
      async *count(_unused, { signal }) {
        signal.addEventListener('abort', () => heard.resolve(signal.reason));
        yield { text: 'a' };
        started.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    });
    const abort = new AbortController();
    const reason = new Error('no longer needed');
    const answers = calls.count({}, { signal: abort.signal });
    expect(await answers.next()).toMatchObject({ value: { text: 'a' } });
    const read = answers.next();
    await started.promise;
    abort.abort(reason);
    await expect(read).rejects.toBe(reason);
    expect(await answers.next()).toEqual({ done: true, value: undefined });
    await expect(calls.count({}, { signal: abort.signal }).next()).rejects.toBe(reason);
    await expect(calls.join(messagesOf('a'), { signal: abort.signal })).rejects.toBe(reason);
  });

  test('reject with DEADLINE_EXCEEDED when they last too long, in both directions', async () => {
    const heard = gate<unknown>();
    const calls = await ways({
      async join(requests) {
        await textsOf(requests).catch(heard.resolve);
        return {};
      },
    });
    async function* never(): AsyncGenerator<Text> {
      await new Promise(() => {});
    }
    const late = { code: 'ERR_TTRPC_STATUS', status: 'DEADLINE_EXCEEDED' };
    await expect(textsOf(calls.echo(never(), { timeoutMs: 20 }))).rejects.toMatchObject(late);
    await expect(calls.join(never(), { timeoutMs: 20 })).rejects.toMatchObject(late);
    expect(await heard.promise).toMatchObject(late);
  });

  test('that the caller leaves end there', async () => {
    const calls = await ways();
    for await (const { text } of calls.count({ text: '100' })) if (text === '2') break;
    await using answers = calls.count({ text: '100' });
    expect(await answers.next()).toMatchObject({ value: { text: '1' } });
    expect(await answers.return()).toEqual({ done: true, value: undefined });
    expect(await answers.next()).toEqual({ done: true, value: undefined });
    expect(await calls.say({ text: 'next' })).toEqual({ text: 'next' });
  });
});

describe('one unread stream', () => {
  test('of responses holds up no other call, and loses nothing while it holds less than it may', async () => {
    const calls = await calling(await serving());
    const unread = calls.count({ text: '20000' });
    for (let call = 0; call < 100; call++) expect(await calls.say({ text: 'a' })).toEqual({ text: 'a' });
    expect(await textsOf(unread)).toHaveLength(20_000);
  });

  test('of requests holds up no other call', async () => {
    const [reading, open] = [gate(), gate()];
    const calls = await calling(
      await serving({
        async join(requests) {
          reading.resolve();
          await open.promise;
          return { text: String((await textsOf(requests)).length) };
        },
      }),
    );
    const unread = calls.join(messagesOf(...new Array<string>(20_000).fill('x')));
    await reading.promise;
    for (let call = 0; call < 100; call++) expect(await calls.say({ text: 'a' })).toEqual({ text: 'a' });
    open.resolve();
    expect(await unread).toEqual({ text: '20000' });
  });

  test('of responses ends alone when it holds more than it may', async () => {
    const sent = gate();
    const socket = await serving({
      async *count() {
        yield* chunks(64);
        sent.resolve();
      },
    });
    const calls = await calling(socket, { maxUnreadBytes: MIB });
    const waiting = calls.echo(waitingForEver()); // so that somebody waits for something
    const unread = calls.count({});
    await sent.promise;
    expect(await calls.say({ text: 'a' })).toEqual({ text: 'a' }); // which came after all that
    await expect(textsOf(unread)).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    await waiting.return();
  });

  test('of requests ends alone when it holds more than it may', async () => {
    const handlers = { join: () => new Promise<never>(() => {}) };
    const calls = await calling(await serving(handlers, { maxUnreadBytes: MIB }));
    const unread = calls.join(chunks(64));
    await expect(unread).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    expect(await calls.say({ text: 'a' })).toEqual({ text: 'a' });
  });

  test('that is all a client waits for is not read, however long it is, and nothing of it is lost', async () => {
    const chunk = 'x'.repeat(64 * 1024);
    let sent = 0;
    const socket = await serving({
      async *count() {
        for (; sent < 256; sent++) yield { text: chunk };
      },
    });
    const calls = await calling(socket, { maxUnreadBytes: MIB });
    const other = await calling(socket);
    const unread = calls.count({});
    expect(await unread.next()).toMatchObject({ value: { text: chunk } });
    for (let call = 0; call < 200; call++) await other.say({ text: 'a' });
    expect(sent).toBeLessThan(100);
    // A call on the same connection is answered all the same.
    expect(await calls.say({ text: 'a' })).toEqual({ text: 'a' });
    expect(await textsOf(unread)).toHaveLength(255);
  });

  test('that has ended holds up no call that still waits', async () => {
    const socket = await answering(({ streamId }) =>
      streamId === 1
        ? Buffer.concat([...Array.from({ length: 64 }, () => message(1, 'x'.repeat(1024))), endFrame(1)])
        : responseFrame(streamId, bytesOf('b')),
    );
    const calls = await calling(socket, { maxUnreadBytes: 128 * 1024 });
    const unread = calls.count({});
    for (let call = 0; call < 10; call++) expect(await calls.say({})).toEqual({ text: 'b' });
    expect(await textsOf(unread)).toHaveLength(64);
  });

  test('that nobody reads at the other end stops its source', async () => {
    let sent = 0;
    const socket = await listening((peer) => peer.pause());
    const calls = await calling(socket);
    const abort = new AbortController();
    async function* endless() {
      for (; ; sent++) yield { text: 'x'.repeat(64 * 1024) };
    }
    const call = expect(calls.join(endless(), abort)).rejects.toThrow('enough');
    const busy = await calling(await serving());
    for (let turn = 0; turn < 200; turn++) await busy.say({ text: 'a' });
    expect(sent).toBeLessThan(30);
    abort.abort(new Error('enough'));
    await call;
  });

  test('of a source that is quicker than its reader arrives whole', async () => {
    const calls = await calling(
      await serving({
        async join(requests) {
          let bytes = 0;
          for await (const { text } of requests) {
            bytes += text.length;
            await new Promise(setImmediate);
          }
          return { text: String(bytes) };
        },
      }),
    );
    expect(await calls.join(chunks(1000))).toEqual({ text: String(1000 * 64 * 1024) });
  });
});

describe('a server', () => {
  /** The frames that come to what is written. */
  async function answers(bytes: readonly Buffer[], count: number, options = {}): Promise<Frame[]> {
    const raw = await dialled(await serving(options));
    raw.write(Buffer.concat(bytes));
    return framesOf(raw, count);
  }
  const statusOf = ({ data = Buffer.alloc(0) }: Frame) => decodeResponse(data).error?.status;

  test('takes a last message together with the end of the stream', async () => {
    const last = frame(1, DATA, REMOTE_CLOSED, bytesOf('b'));
    const [found] = await answers([request(1, 'Join', REMOTE_OPEN), message(1, 'a'), last], 1);
    expect(found).toMatchObject({ streamId: 1, type: RESPONSE });
    expect(decodeResponse(found?.data ?? Buffer.alloc(0)).payload).toEqual(bytesOf('a,b'));
  });

  test('takes a first message together with the request, and its flag that there are no more', async () => {
    const found = await answers(
      [
        request(1, 'Join', REMOTE_CLOSED, 'a'),
        request(3, 'Join', REMOTE_OPEN, 'b'),
        message(3, 'c'),
        endFrame(3),
      ],
      2,
    );
    const payloads = found.map(({ data = Buffer.alloc(0) }) => String(decodeResponse(data).payload));
    expect(payloads).toEqual([String(bytesOf('a')), String(bytesOf('b,c'))]);
  });

  test('refuses messages after the end of a stream, and calls that cross them are as before', async () => {
    const handlers = { join: () => new Promise<never>(() => {}) };
    const found = await answers(
      [
        request(1, 'Join', REMOTE_OPEN),
        endFrame(1),
        message(1, 'late'),
        message(1, 'later'),
        request(3, 'Say', 0),
      ],
      2,
      handlers,
    );
    expect(found.map((one) => [one.streamId, statusOf(one)])).toEqual([
      [1, 'INVALID_ARGUMENT'],
      [3, undefined],
    ]);
  });

  test('answers UNIMPLEMENTED to a stream that there is not, and passes over what was sent for it', async () => {
    const found = await answers(
      [request(1, 'Missing', REMOTE_OPEN), message(1, 'a'), endFrame(1), request(3, 'Say', 0, 'b')],
      2,
    );
    expect(found.map((one) => [one.streamId, statusOf(one)])).toEqual([
      [1, 'UNIMPLEMENTED'],
      [3, undefined],
    ]);
  });

  test('passes over messages for a call that takes none, or that is over', async () => {
    const found = await answers(
      [request(1, 'Count', REMOTE_CLOSED, '1'), message(1, 'a'), request(3, 'Say', 0, 'b'), message(3, 'c')],
      3,
    );
    expect(found.map(({ streamId, type }) => [streamId, type]).toSorted()).toEqual([
      [1, DATA],
      [1, DATA],
      [3, RESPONSE],
    ]);
  });

  test('refuses a message on a stream that was not opened, and stream ids that do not rise', async () => {
    const found = await answers(
      [
        message(9, 'a'),
        request(3, 'Say', 0),
        request(3, 'Say', 0),
        request(1, 'Say', 0),
        request(5, 'Say', 0),
      ],
      5,
    );
    expect(found.map((one) => [one.streamId, statusOf(one)])).toEqual([
      [9, 'INVALID_ARGUMENT'],
      [3, undefined],
      [3, 'INVALID_ARGUMENT'],
      [1, 'INVALID_ARGUMENT'],
      [5, undefined],
    ]);
  });

  test('ends a stream with a message that is too large, or none, and tells the handler', async () => {
    const heard: unknown[] = [];
    const handlers: Partial<ServiceHandlers<Streams>> = {
      async join(requests) {
        await textsOf(requests).catch((error) => {
          heard.push(error.status);
          throw error;
        });
        return {};
      },
    };
    const found = await answers(
      [
        request(1, 'Join', REMOTE_OPEN),
        frame(1, DATA, 0, Buffer.alloc(MAX_DATA_BYTES + 1)),
        request(3, 'Join', REMOTE_OPEN),
        frame(3, DATA, 0, Buffer.of(0x0a, 0xff)),
      ],
      2,
      handlers,
    );
    expect(found.map((one) => [one.streamId, statusOf(one)])).toEqual([
      [1, 'RESOURCE_EXHAUSTED'],
      [3, 'INTERNAL'],
    ]);
    expect(heard).toEqual(['RESOURCE_EXHAUSTED', 'INTERNAL']);
  });

  test('refuses a stream at once that would have to wait, and messages of those at work still come', async () => {
    const raw = await dialled(await serving({}, { maxConcurrentCalls: 1 }));
    raw.write(
      Buffer.concat([request(1, 'Join', REMOTE_OPEN), request(3, 'Join', REMOTE_OPEN), message(3, 'x')]),
    );
    expect((await framesOf(raw, 1)).map((one) => [one.streamId, statusOf(one)])).toEqual([
      [3, 'RESOURCE_EXHAUSTED'],
    ]);
    raw.write(Buffer.concat([message(1, 'a'), endFrame(1)]));
    expect((await framesOf(raw, 1)).map((one) => [one.streamId, statusOf(one)])).toEqual([[1, undefined]]);
  });

  test('ends the streams of a connection that ends, and their sources', async () => {
    const [heard, told] = [gate<unknown>(), gate()];
    const socket = await serving({
      async join(requests) {
        await textsOf(requests).catch(heard.resolve);
        return {};
      },
      async *count() {
        try {
          for (;;) yield { text: 'x'.repeat(1000) };
        } finally {
          told.resolve();
        }
      },
    });
    const raw = await dialled(socket);
    raw.write(Buffer.concat([request(1, 'Join', REMOTE_OPEN), request(3, 'Count', REMOTE_CLOSED)]));
    await framesOf(raw, 1);
    raw.destroy();
    expect(await heard.promise).toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
    await told.promise;
  });

  test('that shuts down lets streams come to their end', async () => {
    const socket = path.join(await tempDir(), 'ttrpc.sock');
    const server = new TtrpcServer().handle(streams, streamHandlers);
    await server.listen(socket);
    const calls = await calling(socket);
    const open = gate();
    async function* source() {
      yield { text: 'a' };
      await open.promise;
      yield { text: 'b' };
    }
    const texts = calls.echo(source());
    expect(await texts.next()).toMatchObject({ value: { text: 'a' } });
    const down = server.shutdown();
    await expect(calls.say({})).rejects.toMatchObject({ status: 'UNAVAILABLE' });
    open.resolve();
    expect(await textsOf(texts)).toEqual(['b']);
    await down;
  });
});

describe('a client', () => {
  test('fails a call alone whose one response comes as a stream', async () => {
    const socket = await answering(({ streamId, type }) =>
      type === DATA ? undefined : streamId === 1 ? message(1, 'a') : responseFrame(streamId, bytesOf('b')),
    );
    const calls = await calling(socket);
    const [bad, good] = [calls.say({}), calls.say({})];
    await expect(bad).rejects.toMatchObject({ code: 'ERR_TTRPC_PROTOCOL' });
    expect(await good).toEqual({ text: 'b' });
  });

  test('takes one response in place of a stream, and a last message together with its end', async () => {
    const socket = await answering(({ streamId }) =>
      Buffer.concat(
        streamId === 1
          ? [message(1, 'a'), responseFrame(1, bytesOf('b'))]
          : [message(streamId, 'c'), frame(streamId, DATA, REMOTE_CLOSED, bytesOf('d'))],
      ),
    );
    const calls = await calling(socket);
    expect(await textsOf(calls.count({}))).toEqual(['a', 'b']);
    expect(await textsOf(calls.count({}))).toEqual(['c', 'd']);
  });

  test('passes over unknown frames, and what comes for a stream that was left', async () => {
    const socket = await answering(({ streamId, type }) =>
      type === DATA
        ? undefined
        : Buffer.concat([
            frame(streamId, 9, 0xff, Buffer.from('unknown')),
            message(streamId, 'a'),
            message(streamId, 'b'),
            frame(streamId, DATA, REMOTE_CLOSED | NO_DATA, Buffer.alloc(0)),
            message(streamId, 'late'),
            errorFrame(streamId, TtrpcError.status('ABORTED', 'late')),
          ]),
    );
    const calls = await calling(socket);
    const left = calls.count({});
    await left.return();
    expect(await textsOf(left)).toEqual([]);
    expect(await textsOf(calls.count({}))).toEqual(['a', 'b']);
  });

  test('ends a stream with a message that is too large, or none', async () => {
    const socket = await answering(({ streamId }) =>
      streamId === 1
        ? frame(1, DATA, 0, Buffer.alloc(MAX_DATA_BYTES + 1))
        : frame(streamId, DATA, 0, Buffer.of(0x0a, 0xff)),
    );
    const calls = await calling(socket);
    await expect(textsOf(calls.count({}))).rejects.toMatchObject({ code: 'ERR_TTRPC_TOO_LARGE' });
    await expect(textsOf(calls.count({}))).rejects.toMatchObject({ code: 'ERR_TTRPC_PROTOCOL' });
  });

  test('does not send a message of more than 4 MiB, and its call fails', async () => {
    const calls = await calling(await serving());
    const big = messagesOf('x'.repeat(MAX_DATA_BYTES));
    await expect(calls.join(big)).rejects.toMatchObject({ code: 'ERR_TTRPC_TOO_LARGE' });
    expect(await calls.say({ text: 'next' })).toEqual({ text: 'next' });
  });

  test('sends nothing more for a call that is over', async () => {
    const seen: number[] = [];
    const socket = await answering(({ streamId, type }) => {
      seen.push(type);
      return type === DATA ? responseFrame(streamId, Buffer.alloc(0)) : undefined;
    });
    const calls = await calling(socket);
    async function* source() {
      yield { text: 'a' };
      await told.promise;
      yield { text: 'b' };
    }
    const told = gate();
    await calls.join(source());
    told.resolve();
    const client = await calling(socket);
    await client.join(messagesOf('c'));
    expect(seen.filter((type) => type === DATA).length).toBeLessThanOrEqual(3); // `a`, `c`, the end of `c`
  });

  test('tells a stream of the end of its connection after the messages that came', async () => {
    const [near, far] = duplexPair();
    const client = TtrpcClient.over(near);
    const answers = client.service(streams).count({});
    far.write(Buffer.concat([message(1, 'a'), message(1, 'b')]));
    expect(await answers.next()).toMatchObject({ value: { text: 'a' } });
    far.end();
    await client.closed;
    expect(await answers.next()).toMatchObject({ value: { text: 'b' } });
    await expect(answers.next()).rejects.toMatchObject({ code: 'ERR_TTRPC_CLOSED' });
  });
});

async function* waitingForEver(): AsyncGenerator<Text> {
  await new Promise(() => {});
}

/** So many messages of 64 KiB. */
function chunks(count: number): AsyncGenerator<Text> {
  return messagesOf(...new Array<string>(count).fill('x'.repeat(64 * 1024)));
}
