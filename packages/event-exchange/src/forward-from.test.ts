import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { EventExchange, type EventSubscription, type RecordedEvent } from './index.ts';

const event = { typeUrl: '', value: new Uint8Array() };
const recorded = (topic: string, part: Partial<RecordedEvent> = {}): RecordedEvent => ({
  timestamp: new Date('2021-03-04T05:06:07.123Z'),
  namespace: 'default',
  topic,
  event,
  ...part,
});

async function* from(...events: readonly RecordedEvent[]): AsyncGenerator<RecordedEvent, void> {
  yield* events;
}

async function topicsOf(subscription: EventSubscription): Promise<string[]> {
  const topics: string[] = [];
  while (subscription.pending > 0) topics.push((await subscription.next()).value?.topic ?? '');
  return topics;
}

test('all events of the source are passed on under their own time', async () => {
  const exchange = new EventExchange();
  const subscription = exchange.subscribe();
  await exchange.forwardFrom(from(recorded('/a'), recorded('/b')));
  expect((await subscription.next()).value).toEqual({
    timestamp: { seconds: 1614834367, nanos: 123000000 },
    namespace: 'default',
    topic: '/a',
    event,
  });
  expect(await topicsOf(subscription)).toEqual(['/b']);
});

test('an event that is refused is reported, and the others go on', async () => {
  const exchange = new EventExchange();
  const subscription = exchange.subscribe();
  const bad = [
    recorded('/a/'),
    recorded('/b', { namespace: '' }),
    recorded('/c', { timestamp: new Date(Number.NaN) }),
    recorded('/d', { event: undefined as unknown as typeof event }),
  ];
  const reports: unknown[] = [];
  await exchange.forwardFrom(from(...bad, recorded('/good')), {
    onError: (error, which) => reports.push([error.code, which]),
  });
  expect(reports).toEqual([
    ['ERR_EVENT_TOPIC', bad[0]],
    ['ERR_EVENT_NAMESPACE', bad[1]],
    ['ERR_EVENT_ENVELOPE', bad[2]],
    ['ERR_EVENT_ENVELOPE', bad[3]],
  ]);
  expect(await topicsOf(subscription)).toEqual(['/good']);
});

test('without onError, a refused event is a warning of the process', async () => {
  const warned = once(process, 'warning');
  await new EventExchange().forwardFrom(from(recorded('bad')));
  expect(await warned).toMatchObject([{ code: 'ERR_EVENT_TOPIC' }]);
});

describe('the source', () => {
  test('may be an array', async () => {
    const exchange = new EventExchange();
    const subscription = exchange.subscribe();
    await exchange.forwardFrom([recorded('/a'), recorded('/b')]);
    expect(await topicsOf(subscription)).toEqual(['/a', '/b']);
  });

  test.each([undefined, null, 7, {}, 'text', () => {}])('is refused when it is %o', async (source) => {
    const forwarding = new EventExchange().forwardFrom(source as unknown as RecordedEvent[]);
    await expect(forwarding).rejects.toMatchObject({ code: 'ERR_EVENT_ARGUMENT' });
  });

  test.each([{ onError: 'log' }, { signal: {} }, null])(
    'is not asked for anything with %o as options',
    async (options) => {
      async function* source() {
        yield expect.unreachable() as RecordedEvent;
      }
      const forwarding = new EventExchange().forwardFrom(source(), options as object);
      await expect(forwarding).rejects.toMatchObject({ code: 'ERR_EVENT_ARGUMENT' });
    },
  );

  test('may give what is no event, which is reported', async () => {
    const reports: string[] = [];
    const source = [undefined, null, 'text', recorded('/a')] as RecordedEvent[];
    await new EventExchange().forwardFrom(source, { onError: ({ code }) => reports.push(code) });
    expect(reports).toEqual(['ERR_EVENT_ENVELOPE', 'ERR_EVENT_ENVELOPE', 'ERR_EVENT_ENVELOPE']);
  });

  test('is asked for another event only once the one before it was passed on', async () => {
    const exchange = new EventExchange();
    const subscription = exchange.subscribe();
    const pending: number[] = [];
    async function* source() {
      for (const topic of ['/a', '/b']) {
        yield recorded(topic);
        pending.push(subscription.pending);
      }
    }
    await exchange.forwardFrom(source());
    expect(pending).toEqual([1, 2]);
  });

  test('makes the forwarding fail when it fails', async () => {
    async function* source() {
      yield recorded('/a');
      throw new Error('spool gone');
    }
    const exchange = new EventExchange();
    const subscription = exchange.subscribe();
    await expect(exchange.forwardFrom(source())).rejects.toThrow('spool gone');
    expect(await topicsOf(subscription)).toEqual(['/a']);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('stop');
      },
    ],
    ['rejects', () => Promise.reject(new Error('stop'))],
  ])('is closed when onError %s', async (_, onError) => {
    const closed = Promise.withResolvers<void>();
    async function* source() {
      try {
        yield recorded('bad');
      } finally {
        closed.resolve();
      }
    }
    await expect(new EventExchange().forwardFrom(source(), { onError })).rejects.toThrow('stop');
    await closed.promise;
  });
});

describe('the signal', () => {
  test('ends the forwarding without an error, also from a source that never gives another', async () => {
    const stop = new AbortController();
    const exchange = new EventExchange();
    const subscription = exchange.subscribe();
    async function* source() {
      yield recorded('/a');
      stop.abort();
      await new Promise(() => {});
    }
    await exchange.forwardFrom(source(), { signal: stop.signal });
    expect(await topicsOf(subscription)).toEqual(['/a']);
  });

  test('that is aborted already asks the source for nothing', async () => {
    async function* source() {
      yield expect.unreachable() as RecordedEvent;
    }
    await new EventExchange().forwardFrom(source(), { signal: AbortSignal.abort() });
  });

  test('hides what the source throws afterwards', async () => {
    const stop = new AbortController();
    const thrown = Promise.withResolvers<void>();
    async function* source() {
      stop.abort();
      yield* from();
      await thrown.promise;
      throw new Error('too late');
    }
    await new EventExchange().forwardFrom(source(), { signal: stop.signal });
    thrown.resolve();
  });
});
