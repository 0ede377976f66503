import { describe, expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { messagesOf, streamHandlers, streams, textsOf } from '../test/fixtures/streams.ts';
import { connect, type Interceptor, inProcess, TtrpcError, TtrpcServer } from './index.ts';

interface Sides {
  readonly client?: readonly Interceptor[];
  readonly server?: readonly Interceptor[];
}

async function calling({ client: ofClient = [], server: ofServer = [] }: Sides) {
  const socket = `${await tempDir()}/ttrpc.sock`;
  const server = new TtrpcServer({ interceptors: ofServer }).handle(streams, {
    ...streamHandlers,
    say: ({ text }, { metadata }) => ({ text: `${text}${metadata['token'] ?? ''}` }),
  });
  await server.listen(socket);
  const client = await connect(socket, { interceptors: ofClient });
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  return client.service(streams);
}

/** Notes the way in and the way out. */
const noting =
  (notes: string[], name: string): Interceptor =>
  (next) =>
  async (call) => {
    notes.push(`${name} ${call.service}/${call.method.name}`);
    const response = await next(call);
    notes.push(`${name} out`);
    return response;
  };

describe('interceptors', () => {
  test('of both sides are around a call, the first outermost', async () => {
    const notes: string[] = [];
    const calls = await calling({
      client: [noting(notes, 'c1'), noting(notes, 'c2')],
      server: [noting(notes, 's1'), noting(notes, 's2')],
    });
    expect(await calls.say({ text: 'a' })).toEqual({ text: 'a' });
    const way = ['c1', 'c2', 's1', 's2'];
    expect(notes).toEqual([
      ...way.map((name) => `${name} example.Streams/Say`),
      ...way.toReversed().map((name) => `${name} out`),
    ]);
  });

  test('are around streams in every direction', async () => {
    const notes: string[] = [];
    const calls = await calling({ client: [noting(notes, 'c')], server: [noting(notes, 's')] });
    expect(await calls.join(messagesOf('a', 'b'))).toEqual({ text: 'a,b' });
    expect(await textsOf(calls.count({ text: '2' }))).toEqual(['1', '2']);
    expect(await textsOf(calls.echo(messagesOf('a')))).toEqual(['a']);
    expect(notes.filter((note) => note.startsWith('s '))).toHaveLength(6);
    for await (const { text } of calls.count({ text: '100000' })) if (text === '3') break;
    await using left = calls.count({ text: '100000' });
    await left.return();
    expect(await textsOf(left)).toEqual([]);
    expect(await calls.say({ text: 'next' })).toEqual({ text: 'next' });
  });

  test('pass on another call: metadata, a deadline, a request', async () => {
    const calls = await calling({
      client: [(next) => (call) => next({ ...call, metadata: { ...call.metadata, token: ['x'] } })],
      server: [
        (next) => (call) =>
          next({
            ...call,
            request: { text: 'changed' },
            metadata: { token: [`${call.metadata['token']}y`] },
          }),
      ],
    });
    expect(await calls.say({ text: 'a' })).toEqual({ text: 'changedxy' });
    const late = await calling({
      client: [(next) => (call) => next({ ...call, timeoutMs: 5 })],
      server: [() => () => new Promise(() => {})],
    });
    await expect(late.say({})).rejects.toMatchObject({ status: 'DEADLINE_EXCEEDED' });
  });

  test('answer or fail in place of the other side, and change what comes back', async () => {
    const denied: Interceptor = () => async () => {
      throw TtrpcError.status('PERMISSION_DENIED', 'no');
    };
    const calls = await calling({ server: [denied] });
    await expect(calls.say({})).rejects.toMatchObject({ status: 'PERMISSION_DENIED' });
    await expect(textsOf(calls.count({ text: '2' }))).rejects.toMatchObject({ status: 'PERMISSION_DENIED' });
    await expect(calls.join(messagesOf('a'))).rejects.toMatchObject({ status: 'PERMISSION_DENIED' });

    const doubled: Interceptor = (next) => async (call) => {
      const response = await next(call);
      if (!call.method.responseStream) return { text: `${(response as { text: string }).text}!` };
      return (async function* () {
        for await (const one of response as AsyncIterable<unknown>) yield* [one, one];
      })();
    };
    for (const sides of [{ client: [doubled] }, { server: [doubled] }]) {
      const changed = await calling(sides);
      expect(await changed.say({ text: 'a' })).toEqual({ text: 'a!' });
      expect(await textsOf(changed.count({ text: '2' }))).toEqual(['1', '1', '2', '2']);
    }
  });

  test('of a client call twice', async () => {
    let tries = 0;
    const again: Interceptor = (next) => (call) => next(call).catch(() => next(call));
    const once: Interceptor = (next) => async (call) => {
      if (++tries === 1) throw TtrpcError.status('UNAVAILABLE', 'not yet');
      return next(call);
    };
    const calls = await calling({ client: [again], server: [once] });
    expect(await calls.say({ text: 'a' })).toEqual({ text: 'a' });
    expect(tries).toBe(2);
  });

  test('that throw at once, or give nothing, fail their call alone', async () => {
    const bad: Interceptor = (next) => (call) => {
      if (call.method.name === 'Say') throw new RangeError('bad');
      return call.method.name === 'Count' ? Promise.resolve(undefined) : next(call);
    };
    const calls = await calling({ server: [bad] });
    await expect(calls.say({})).rejects.toMatchObject({ status: 'UNKNOWN', message: 'bad' });
    await expect(textsOf(calls.count({}))).rejects.toMatchObject({ status: 'UNKNOWN' });
    expect(await calls.join(messagesOf('a'))).toEqual({ text: 'a' });
  });

  test('are around calls in this process, too', async () => {
    const notes: string[] = [];
    const calls = inProcess(streams, streamHandlers, { interceptors: [noting(notes, 'p')] });
    expect(await calls.say({ text: 'a' })).toEqual({ text: 'a' });
    expect(await textsOf(calls.count({ text: '2' }))).toEqual(['1', '2']);
    expect(notes).toEqual(['p example.Streams/Say', 'p out', 'p example.Streams/Count', 'p out']);
  });
});
