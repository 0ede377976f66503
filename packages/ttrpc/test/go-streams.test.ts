import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { connect, TtrpcServer } from '../src/index.ts';
import { goStreamsCall, goStreamsServer, needsGoStreams } from './fixtures/go-streams.ts';
import { messagesOf, streamHandlers, streams, textsOf } from './fixtures/streams.ts';

async function connected() {
  const client = await connect(await goStreamsServer());
  onTestFinished(() => client.close());
  return client.service(streams);
}

async function serving(): Promise<string> {
  const socket = path.join(await tempDir(), 'node.sock');
  const server = new TtrpcServer().handle(streams, streamHandlers);
  await server.listen(socket);
  onTestFinished(() => server.close());
  return socket;
}

describe('a client of the Go server', () => {
  needsGoStreams();

  test('sends a stream, and gets one answer', async () => {
    const calls = await connected();
    expect(await calls.join(messagesOf('a', 'b', 'c'))).toEqual({ text: 'a,b,c' });
    expect(await calls.join([{ text: 'a' }, {}])).toEqual({ text: 'a,' });
    expect(await calls.join([])).toEqual({ text: '' });
  });

  test('gets a stream, whose end is told', async () => {
    const calls = await connected();
    expect(await textsOf(calls.count({ text: '3' }))).toEqual(['1', '2', '3']);
    expect(await textsOf(calls.count({ text: '0' }))).toEqual([]);
    expect(await textsOf(calls.count({ text: '20000' }))).toHaveLength(20_000);
  });

  test('gets the status after the messages before it', async () => {
    const calls = await connected();
    const messages = calls.count({ text: '2:5' });
    expect(await messages.next()).toEqual({ done: false, value: { text: '1' } });
    expect(await messages.next()).toEqual({ done: false, value: { text: '2' } });
    await expect(messages.next()).rejects.toMatchObject({ status: 'NOT_FOUND', message: 'no more than 2' });
    expect(await messages.next()).toEqual({ done: true, value: undefined });
  });

  test('sends and gets at the same time', async () => {
    const calls = await connected();
    const texts = Array.from({ length: 5000 }, (_, index) => String(index));
    expect(await textsOf(calls.echo(messagesOf(...texts)))).toEqual(texts);
    expect(await textsOf(calls.echo(messagesOf()))).toEqual([]);
  });

  test('gets the failure of a stream that it sends', async () => {
    const calls = await connected();
    const answers = calls.echo(messagesOf('a', 'fail'));
    expect(await answers.next()).toMatchObject({ value: { text: 'a' } });
    await expect(answers.next()).rejects.toMatchObject({ status: 'FAILED_PRECONDITION' });
  });

  test('may be told the end by the server before its own, and the connection lives', async () => {
    const calls = await connected();
    let isTold = false;
    async function* endless() {
      try {
        yield { text: 'a' };
        yield { text: 'stop' };
        await new Promise(() => {});
      } finally {
        isTold = true;
      }
    }
    expect(await textsOf(calls.echo(endless()))).toEqual(['a']);
    expect(await calls.say({ text: 'still here' })).toEqual({ text: 'still here' });
    expect(isTold).toBe(false); // it waits for something else
  });

  test('has messages of 4 MiB in both directions', async () => {
    const calls = await connected();
    const text = 'x'.repeat(4 * 1024 * 1024 - 5);
    expect((await textsOf(calls.echo(messagesOf(text, text)))).map(({ length }) => length)).toEqual([
      text.length,
      text.length,
    ]);
  });

  test('has many streams at once', async () => {
    const calls = await connected();
    const counts = Array.from({ length: 30 }, () => textsOf(calls.count({ text: '300' })));
    const joins = Array.from({ length: 30 }, (_, index) => calls.join(messagesOf('a', String(index))));
    expect((await Promise.all(counts)).every(({ length }) => length === 300)).toBe(true);
    expect((await Promise.all(joins)).map(({ text }) => text)).toEqual(joins.map((_, index) => `a,${index}`));
  });
});

describe('a Go client of the server', () => {
  needsGoStreams();

  test('sends a stream, and gets one answer', async () => {
    const socket = await serving();
    expect(await goStreamsCall(socket, 'Join', 'a', 'b', 'c')).toEqual(['text: a,b,c']);
    expect(await goStreamsCall(socket, 'Join', 'a', 'stop', 'c')).toEqual(['text: a']);
    expect(await goStreamsCall(socket, 'Join')).toEqual(['text: ']);
  });

  test('gets a stream, whose end or status is told', async () => {
    const socket = await serving();
    expect(await goStreamsCall(socket, 'Count', '2')).toEqual(['text: 1', 'text: 2', 'end']);
    expect(await goStreamsCall(socket, 'Count', '0')).toEqual(['end']);
    expect(await goStreamsCall(socket, 'Count', '1:5')).toEqual(['text: 1', 'NotFound: no more than 1']);
    expect(await goStreamsCall(socket, 'Count', '20000')).toHaveLength(20_001);
  });

  test('sends and gets in turns', async () => {
    const socket = await serving();
    expect(await goStreamsCall(socket, 'Echo', 'a', '', 'c')).toEqual([
      'text: a',
      'text: ',
      'text: c',
      'end',
    ]);
    expect(await goStreamsCall(socket, 'Echo', 'a', 'stop')).toEqual(['text: a', 'end']);
    expect(await goStreamsCall(socket, 'Echo', 'a', 'fail')).toEqual([
      'text: a',
      'FailedPrecondition: asked to',
    ]);
  });

  test('gets UNIMPLEMENTED for a stream that there is not, and one call works as before', async () => {
    const socket = path.join(await tempDir(), 'node.sock');
    await using server = new TtrpcServer().handle(streams, { ...streamHandlers, ...NO_STREAMS });
    await server.listen(socket);
    expect(await goStreamsCall(socket, 'Count', '2')).toEqual(['Unimplemented: method Count']);
    expect(await goStreamsCall(socket, 'Join', 'a', 'b')).toEqual(['Unimplemented: method Join']);
    expect(await goStreamsCall(socket, 'Say', 'a')).toEqual(['text: a']);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: handlers that are missing
const NO_STREAMS: any = { join: undefined, count: undefined, echo: undefined };
