import { getEventListeners, once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type EventEnvelope, EventExchange, type EventSubscription, type LostEvents } from './index.ts';

const event = { typeUrl: '', value: new Uint8Array() };
const publishAll = (exchange: EventExchange, ...topics: readonly string[]) =>
  topics.map((topic) => exchange.publish('default', topic, event));

/** The topics of the next events. */
async function take(subscription: EventSubscription, count: number): Promise<string[]> {
  const topics: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { value } = await subscription.next();
    topics.push((value as EventEnvelope).topic);
  }
  return topics;
}

describe('a subscription', () => {
  test('begins with the call, and not with the first next()', async () => {
    const exchange = new EventExchange();
    publishAll(exchange, '/before');
    const subscription = exchange.subscribe();
    publishAll(exchange, '/a', '/b');
    expect(await take(subscription, 2)).toEqual(['/a', '/b']);
  });

  test('gives each next() that waits its own event, in order', async () => {
    const exchange = new EventExchange();
    const subscription = exchange.subscribe();
    const waiting = [take(subscription, 1), take(subscription, 1), take(subscription, 1)];
    publishAll(exchange, '/a', '/b', '/c', '/d');
    expect(await Promise.all(waiting)).toEqual([['/a'], ['/b'], ['/c']]);
    expect(subscription.pending).toBe(1);
  });

  test('is unsubscribed when a for await is left, by break or by an error', async () => {
    const exchange = new EventExchange();
    for (const leave of [() => 'break', () => Promise.reject(new Error('no'))]) {
      const subscription = exchange.subscribe();
      publishAll(exchange, '/a', '/b');
      const loop = async () => {
        for await (const _ of subscription) if ((await leave()) === 'break') break;
      };
      await loop().catch(() => {});
      publishAll(exchange, '/c');
      expect(subscription.pending).toBe(0);
      expect(await subscription.next()).toEqual({ done: true, value: undefined });
    }
  });

  test('return() ends every next() that waits, and is done again when called again', async () => {
    const subscription = new EventExchange().subscribe();
    const waiting = [subscription.next(), subscription.next()];
    expect(await subscription.return()).toEqual({ done: true, value: undefined });
    expect(await subscription.return()).toEqual({ done: true, value: undefined });
    for (const next of waiting) expect(await next).toEqual({ done: true, value: undefined });
  });

  test('ends with the block of an await using', async () => {
    const exchange = new EventExchange();
    let left: EventSubscription;
    {
      await using subscription = exchange.subscribe();
      left = subscription;
      publishAll(exchange, '/a');
    }
    expect(left.pending).toBe(0);
    expect((await left.next()).done).toBe(true);
  });
});

describe('the signal', () => {
  test('ends a for await without an error, and drops what is pending', async () => {
    const exchange = new EventExchange();
    const stop = new AbortController();
    const subscription = exchange.subscribe('topic', { signal: stop.signal });
    publishAll(exchange, '/a', '/b', '/c');
    const topics: string[] = [];
    for await (const { topic } of subscription) {
      topics.push(topic);
      if (topic === '/b') stop.abort(new Error('enough'));
    }
    expect(topics).toEqual(['/a', '/b']);
    publishAll(exchange, '/d');
    expect(subscription.pending).toBe(0);
  });

  test('ends a next() that waits', async () => {
    const stop = new AbortController();
    const next = new EventExchange().subscribe({ signal: stop.signal }).next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test('that is aborted already subscribes to nothing', async () => {
    const exchange = new EventExchange();
    const subscription = exchange.subscribe({ signal: AbortSignal.abort() });
    publishAll(exchange, '/a');
    expect(await subscription.next()).toEqual({ done: true, value: undefined });
  });

  test('is left alone once the subscription has ended', async () => {
    const { signal } = new AbortController();
    const subscription = new EventExchange().subscribe({ signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await subscription.return();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('a slow subscriber', () => {
  test('loses the oldest, is told before the next, and holds up nobody', async () => {
    const exchange = new EventExchange();
    const losses: LostEvents[] = [];
    const slow = exchange.subscribe({ maxPending: 2, onLost: (lost) => losses.push(lost) });
    const quick = exchange.subscribe();
    const [a, , c] = publishAll(exchange, '/a', '/b', '/c', '/d', '/e');

    expect([slow.lost, slow.pending, quick.lost, quick.pending]).toEqual([3, 2, 0, 5]);
    expect(losses).toEqual([]);
    expect(await take(slow, 1)).toEqual(['/d']);
    expect(losses).toEqual([{ count: 3, first: a, last: c }]);
    expect(await take(slow, 1)).toEqual(['/e']);
    expect(losses).toHaveLength(1);
  });

  test('is told of each gap by itself, while the count goes on', async () => {
    const exchange = new EventExchange({ maxPending: 1 });
    const losses: number[] = [];
    const slow = exchange.subscribe({ onLost: ({ count }) => losses.push(count) });
    publishAll(exchange, '/a', '/b');
    await take(slow, 1);
    const [c] = publishAll(exchange, '/c', '/d', '/e');
    await take(slow, 1);
    expect([losses, slow.lost, c?.topic]).toEqual([[1, 2], 3, '/c']);
  });

  test('is bounded by 1024 without a word about it', () => {
    const exchange = new EventExchange();
    const slow = exchange.subscribe();
    for (let count = 0; count < 1030; count += 1) publishAll(exchange, '/a');
    expect([slow.pending, slow.lost]).toEqual([1024, 6]);
  });

  test('gets what onLost throws from next(), and then the event', async () => {
    const exchange = new EventExchange();
    const onLost = () => {
      throw new Error('missed some');
    };
    const slow = exchange.subscribe({ maxPending: 1, onLost });
    publishAll(exchange, '/a', '/b');
    await expect(slow.next()).rejects.toThrow('missed some');
    expect(await take(slow, 1)).toEqual(['/b']);
  });

  test.each([
    ['an error', new Error('missed some'), 'onLost failed: missed some'],
    ['what has no text', Object.create(null), 'onLost failed: (a value of type object)'],
  ])('of an async onLost that rejects with %s, makes a warning', async (_, reason, message) => {
    const warned = once(process, 'warning');
    const exchange = new EventExchange();
    const slow = exchange.subscribe({ maxPending: 1, onLost: async () => Promise.reject(reason) });
    publishAll(exchange, '/a', '/b');
    expect(await take(slow, 1)).toEqual(['/b']);
    expect(await warned).toEqual([expect.objectContaining({ message })]);
  });

  test('may unsubscribe in onLost', async () => {
    const exchange = new EventExchange();
    const slow: EventSubscription = exchange.subscribe({ maxPending: 1, onLost: () => void slow.return() });
    publishAll(exchange, '/a', '/b');
    expect(await slow.next()).toEqual({ done: true, value: undefined });
  });
});
