import { runInNewContext } from 'node:vm';
import { Envelope, packAny, type Timestamp, timestampToDate } from '@shimwright/shim-api';
import { describe, expect, test } from 'vitest';
import {
  type EventEnvelope,
  EventExchange,
  EventExchangeError,
  type EventExchangeErrorCode,
} from './index.ts';

const event = packAny('containerd.events.TaskExit', { containerId: 'web', id: 'web', exitStatus: 137 });
const timestamp: Timestamp = { seconds: 1614834367, nanos: 123456789 };
const envelope: Envelope = { timestamp, namespace: 'default', topic: '/tasks/exit', event };

const failure = (code: EventExchangeErrorCode, message = '') =>
  expect.objectContaining({ name: 'EventExchangeError', code, message: expect.stringContaining(message) });

/** All that the subscriber has, without waiting for more. */
async function pendingOf(subscription: ReturnType<EventExchange['subscribe']>): Promise<EventEnvelope[]> {
  const taken: EventEnvelope[] = [];
  while (subscription.pending > 0) {
    const { value } = await subscription.next();
    if (value) taken.push(value);
  }
  return taken;
}

describe('publish', () => {
  test('gives everybody the same envelope, with the time of the call', async () => {
    const exchange = new EventExchange();
    const subscriptions = [exchange.subscribe(), exchange.subscribe('namespace==default')];
    const before = Date.now();
    const published = exchange.publish('default', '/tasks/exit', event);

    expect(published).toMatchObject({ namespace: 'default', topic: '/tasks/exit', event });
    const time = Number(timestampToDate(published.timestamp));
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
    for (const subscription of subscriptions) {
      const [given] = await pendingOf(subscription);
      expect(given).toBe(published);
    }
  });

  test.each([
    ['', 'must not be empty'],
    ['a/b', 'must be ASCII'],
    ['x'.repeat(77), 'longer than 76'],
    [undefined, 'must be a string'],
  ])('refuses the namespace %j, saying why', (namespace, reason) => {
    expect(() => new EventExchange().publish(namespace as string, '/tasks/exit', event)).toThrow(
      failure('ERR_EVENT_NAMESPACE', reason),
    );
  });

  test.each([
    ['', 'must begin with "/"'],
    ['tasks/exit', 'must begin with "/"'],
    ['/', 'at least one component'],
    ['/tasks/', 'component "", which must not be empty'],
    ['/tasks/ex it', 'component "ex it", which must be ASCII'],
    [7, 'must be a string'],
  ])('refuses the topic %j, saying why', (topic, reason) => {
    expect(() => new EventExchange().publish('default', topic as string, event)).toThrow(
      failure('ERR_EVENT_TOPIC', reason),
    );
  });

  test.each([undefined, null, {}, { typeUrl: 'x' }, { typeUrl: 'x', value: 'text' }])(
    'refuses %j, which is no Any',
    (some) => {
      expect(() => new EventExchange().publish('default', '/tasks/exit', some as typeof event)).toThrow(
        failure('ERR_EVENT_ENVELOPE'),
      );
    },
  );

  test('does not repeat a megabyte in its message', () => {
    const long = 'x'.repeat(1 << 20);
    expect(() => new EventExchange().publish(long, '/a', event)).toThrow(/^.{1,300}$/s);
    expect(() => new EventExchange().publish('default', `/${long}`, event)).toThrow(/^.{1,500}$/s);
    expect(() => new EventExchange().subscribe(`(${long}`)).toThrow(/^.{1,300}$/s);
  });
});

describe('forward', () => {
  test('passes an envelope on as it is, and it can be serialized', async () => {
    const exchange = new EventExchange();
    const subscription = exchange.subscribe();
    exchange.forward(envelope);
    const [given] = await pendingOf(subscription);
    expect(given).toEqual(envelope);
    const bytes = Envelope.encode(given as EventEnvelope).finish();
    const { event: sent, ...rest } = Envelope.decode(bytes);
    expect([rest, sent?.typeUrl]).toEqual([
      { timestamp, namespace: 'default', topic: '/tasks/exit' },
      event.typeUrl,
    ]);
    expect(sent?.value).toEqual(new Uint8Array(event.value));
  });

  test('gives a frozen copy, so that no subscriber changes it for another, and the sender stays free', () => {
    const mine = { ...envelope };
    const given = new EventExchange().forward(mine);
    expect(Object.isFrozen(given)).toBe(true);
    mine.topic = '/changed';
    expect(given.topic).toBe('/tasks/exit');
  });

  test.each<[string, Partial<Envelope>, EventExchangeErrorCode]>([
    ['a bad namespace', { namespace: '' }, 'ERR_EVENT_NAMESPACE'],
    ['a bad topic', { topic: '/tasks/' }, 'ERR_EVENT_TOPIC'],
    ['no event', { event: undefined }, 'ERR_EVENT_ENVELOPE'],
    ['no timestamp', { timestamp: undefined }, 'ERR_EVENT_ENVELOPE'],
    [
      'the time that Go has for none',
      { timestamp: { seconds: -62135596800, nanos: 0 } },
      'ERR_EVENT_ENVELOPE',
    ],
    ['too many nanoseconds', { timestamp: { seconds: 1, nanos: 1e9 } }, 'ERR_EVENT_ENVELOPE'],
    ['negative nanoseconds', { timestamp: { seconds: 1, nanos: -1 } }, 'ERR_EVENT_ENVELOPE'],
    ['no whole number of seconds', { timestamp: { seconds: Number.NaN, nanos: 0 } }, 'ERR_EVENT_ENVELOPE'],
  ])('refuses an envelope with %s, and gives it to nobody', (_, part, code) => {
    const exchange = new EventExchange();
    const subscription = exchange.subscribe();
    expect(() => exchange.forward({ ...envelope, ...part })).toThrow(failure(code));
    expect(subscription.pending).toBe(0);
  });
});

test.each([null, undefined, 'text', 7])('forward refuses %o as an envelope', (given) => {
  expect(() => new EventExchange().forward(given as unknown as Envelope)).toThrow(
    failure('ERR_EVENT_ENVELOPE'),
  );
});

describe('subscribe', () => {
  test('gives what matches any of the filters', async () => {
    const exchange = new EventExchange();
    const subscription = exchange.subscribe(
      'topic==/tasks/oom',
      'event.container_id==web,namespace==default',
    );
    exchange.publish('default', '/tasks/exit', event);
    exchange.publish('k8s.io', '/tasks/exit', event);
    exchange.publish('k8s.io', '/tasks/oom', { typeUrl: '', value: new Uint8Array() });
    const topics = (await pendingOf(subscription)).map(({ namespace, topic }) => namespace + topic);
    expect(topics).toEqual(['default/tasks/exit', 'k8s.io/tasks/oom']);
  });

  test.each([
    ['topic===x', 5],
    ['namespace==default,', 18 + 1],
    ['topic~="[a"', 7],
    ['topic~=(a', 7],
    ['🐳', 0],
  ])('refuses the filter %j, naming its position', (filter, position) => {
    expect(() => new EventExchange().subscribe('topic', filter)).toThrow(
      expect.objectContaining({ code: 'ERR_EVENT_FILTER', filter, position }),
    );
  });

  test('refuses a filter that is no string', () => {
    expect(() => new EventExchange().subscribe(7 as unknown as string, 'topic')).toThrow(
      failure('ERR_EVENT_FILTER'),
    );
    expect(() => new EventExchange().subscribe({} as unknown as string, 'topic')).toThrow(
      failure('ERR_EVENT_FILTER'),
    );
  });

  test('gives the reason for a regular expression that is none', () => {
    expect.assertions(2);
    try {
      new EventExchange().subscribe('topic~=(?=a)');
    } catch (error) {
      expect(error).toBeInstanceOf(EventExchangeError);
      expect((error as EventExchangeError).cause).toBeInstanceOf(SyntaxError);
    }
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '7', 1n, true])(
    'refuses %o as maxPending',
    (given) => {
      const maxPending = given as number;
      expect(() => new EventExchange({ maxPending })).toThrow(failure('ERR_EVENT_ARGUMENT', 'maxPending'));
      expect(() => new EventExchange().subscribe({ maxPending })).toThrow(
        failure('ERR_EVENT_ARGUMENT', 'maxPending'),
      );
    },
  );

  test('takes filters in an array, and options that are undefined', () => {
    const exchange = new EventExchange();
    const options = { maxPending: 1 };
    const subscriptions = [
      exchange.subscribe(['topic==/a', 'topic==/b']),
      exchange.subscribe(['topic==/a', 'topic==/b'], undefined),
      exchange.subscribe(['topic==/a', 'topic==/b'], options),
      exchange.subscribe('topic==/a', 'topic==/b', undefined),
      exchange.subscribe(undefined),
      exchange.subscribe([]),
      exchange.subscribe(),
    ];
    for (const topic of ['/a', '/b', '/c']) exchange.publish('default', topic, event);
    expect(subscriptions.map(({ pending }) => pending)).toEqual([2, 2, 1, 2, 3, 3, 3]);
  });

  test.each<[string, readonly unknown[], EventExchangeErrorCode]>([
    ['an array within an array', [[['topic']]], 'ERR_EVENT_FILTER'],
    ['a filter after an array', [['topic'], 'namespace'], 'ERR_EVENT_ARGUMENT'],
    ['two arrays', [['topic'], ['namespace']], 'ERR_EVENT_ARGUMENT'],
    ['an array after a filter', ['topic', ['namespace']], 'ERR_EVENT_FILTER'],
    ['undefined before a filter', [undefined, 'topic'], 'ERR_EVENT_FILTER'],
    ['null', [null], 'ERR_EVENT_ARGUMENT'],
    ['a number', ['topic', 7], 'ERR_EVENT_ARGUMENT'],
    ['a signal in the place of options', ['topic', AbortSignal.abort(), {}], 'ERR_EVENT_FILTER'],
    ['a controller as signal', [{ signal: new AbortController() }], 'ERR_EVENT_ARGUMENT'],
    ['null as signal', [{ signal: null }], 'ERR_EVENT_ARGUMENT'],
    ['text as onLost', [{ onLost: 'log' }], 'ERR_EVENT_ARGUMENT'],
    ['filters as an option', [{ filters: ['topic'] }], 'ERR_EVENT_ARGUMENT'],
    ['an option that is misspelt', ['topic', { maxpending: 5 }], 'ERR_EVENT_ARGUMENT'],
  ])('refuses %s', (_what, given, code) => {
    const subscribe = (...args: readonly unknown[]) => new EventExchange().subscribe(...(args as string[]));
    expect(() => subscribe(...given)).toThrow(failure(code));
  });

  test.each([null, 7, 'text', [], { maxLost: 5 }])('an exchange refuses %o as options', (options) => {
    expect(() => new EventExchange(options as object)).toThrow(failure('ERR_EVENT_ARGUMENT'));
  });

  test('knows signals, bytes and arrays of another realm', async () => {
    const exchange = new EventExchange();
    const signal = new EventTarget() as AbortSignal;
    Object.defineProperty(signal, 'aborted', { value: false });
    const subscription = exchange.subscribe(runInNewContext('["topic==/a"]'), { signal });
    exchange.publish('default', '/a', { typeUrl: 'a', value: runInNewContext('Uint8Array.of(1)') });
    expect(subscription.pending).toBe(1);
    signal.dispatchEvent(new Event('abort'));
    expect(await subscription.next()).toEqual({ done: true, value: undefined });
  });

  test('events of an unknown type are given, but have no fields', async () => {
    const exchange = new EventExchange();
    const all = exchange.subscribe('topic~=^/containers/');
    const some = exchange.subscribe('event.id');
    exchange.publish('default', '/containers/create', {
      typeUrl: 'containerd.events.ContainerCreate',
      value: Uint8Array.of(10, 3, 119, 101, 98),
    });
    expect([all.pending, some.pending]).toEqual([1, 0]);
  });

  test('a type written with a host in front is known as well', () => {
    const exchange = new EventExchange();
    const subscription = exchange.subscribe('event.container_id==web');
    exchange.publish('default', '/tasks/exit', { ...event, typeUrl: `type.googleapis.com/${event.typeUrl}` });
    expect(subscription.pending).toBe(1);
  });
});
