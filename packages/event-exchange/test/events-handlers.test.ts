import path from 'node:path';
import { dateToTimestamp, type Envelope, EventsDefinition, packAny } from '@shimwright/shim-api';
import { expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { connect, TtrpcServer } from '../../ttrpc/src/index.ts';
import { EventExchange, eventsHandlers, type ForwardTarget } from '../src/index.ts';

needs('linux');

const envelope: Envelope = {
  timestamp: dateToTimestamp(new Date('2021-03-04T05:06:07.123Z')),
  namespace: 'default',
  topic: '/tasks/exit',
  event: packAny('containerd.events.TaskExit', { containerId: 'web', id: 'web', exitStatus: 137 }),
};

/** A client of a server that answers for the target. */
async function served(target: ForwardTarget) {
  const address = path.join(await tempDir(), 'events.sock');
  const server = new TtrpcServer().handle(EventsDefinition, eventsHandlers(target));
  await server.listen(address);
  onTestFinished(() => server.close());
  const client = await connect(address);
  onTestFinished(() => client.close());
  return client.service(EventsDefinition);
}

test('what a shim forwards reaches the subscribers before the shim is answered', async () => {
  const exchange = new EventExchange();
  const subscription = exchange.subscribe('event.container_id==web');
  const events = await served(exchange);
  expect(await events.forward({ envelope })).toEqual({});
  expect(subscription.pending).toBe(1);
  const { value } = await subscription.next();
  expect(value).toMatchObject({ ...envelope, event: { typeUrl: envelope.event?.typeUrl } });
});

test.each<[string, Partial<Envelope> | undefined]>([
  ['no envelope', undefined],
  ['a bad topic', { ...envelope, topic: 'exit' }],
  ['no namespace', { ...envelope, namespace: '' }],
  [
    'no time',
    { namespace: 'default', topic: '/tasks/exit', ...(envelope.event && { event: envelope.event }) },
  ],
])('%s is answered by INVALID_ARGUMENT, and the next event is taken', async (_what, bad) => {
  const exchange = new EventExchange();
  const subscription = exchange.subscribe();
  const events = await served(exchange);
  await expect(events.forward(bad ? { envelope: bad } : {})).rejects.toMatchObject({
    status: 'INVALID_ARGUMENT',
  });
  await events.forward({ envelope });
  expect(subscription.pending).toBe(1);
});

test('the shim is told when the target could not keep an event, and answered only when it has it', async () => {
  const kept = Promise.withResolvers<void>();
  const answers: (() => Promise<void>)[] = [() => Promise.reject(new Error('disk full')), () => kept.promise];
  const events = await served({ forward: () => answers.shift()?.() });
  await expect(events.forward({ envelope })).rejects.toMatchObject({
    status: 'UNKNOWN',
    message: 'disk full',
  });
  let isAnswered = false;
  const answer = events.forward({ envelope }).then(() => {
    isAnswered = true;
  });
  await events.forward({ envelope }); // a turn of the whole way, there and back
  expect(isAnswered).toBe(false);
  kept.resolve();
  await answer;
});
