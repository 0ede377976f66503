import { duplexPair } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TtrpcClient, TtrpcServer } from '../src/index.ts';
import golden from './fixtures/golden-streams.json' with { type: 'json' };
import { messagesOf, streamHandlers, streams, textsOf } from './fixtures/streams.ts';

type Golden = (typeof golden)[number];

const named = golden.map((call): [string, Golden] => [`${call.method}(${call.texts.join(', ')})`, call]);

/** Bytes that come, until there are so many. */
async function received(stream: AsyncIterable<Buffer>, count: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of stream) {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length >= count) break;
  }
  return bytes;
}

describe('byte by byte as containerd’s own', () => {
  test.each(named)('the server answers %s', async (_, { fromClient, fromServer }) => {
    const [near, far] = duplexPair();
    const server = new TtrpcServer().handle(streams, streamHandlers);
    onTestFinished(() => server.close());
    server.accept(far);
    near.write(Buffer.from(fromClient, 'hex'));
    expect((await received(near, fromServer.length / 2)).toString('hex')).toBe(fromServer);
  });

  // Where the server ends a call with streams first, the two sides' bytes cross.
  const inOrder = named.filter(([, { texts }]) => !texts.includes('stop') && !texts.includes('fail'));
  test.each(inOrder)('the client calls %s', async (_, { method, texts, fromClient, fromServer }) => {
    const [near, far] = duplexPair();
    const client = TtrpcClient.over(near);
    onTestFinished(() => client.close());
    const calls = client.service(streams);
    const [first = ''] = texts;
    const outcome = {
      Say: () => calls.say({ text: first }),
      Join: () => calls.join(messagesOf(...texts)),
      Count: () => textsOf(calls.count({ text: first })).catch(() => {}),
      Echo: () => textsOf(calls.echo(messagesOf(...texts))),
    }[method as 'Say']();
    expect(
      (await received(far.iterator({ destroyOnReturn: false }), fromClient.length / 2)).toString('hex'),
    ).toBe(fromClient);
    far.write(Buffer.from(fromServer, 'hex'));
    await outcome;
  });
});
