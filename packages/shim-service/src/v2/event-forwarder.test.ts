import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { type Envelope, EventsDefinition } from '@shimwright/shim-api';
import { TtrpcServer } from '@shimwright/ttrpc';
import { expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../../../tools/testing/temp-dir.ts';
import { EventForwarder } from './event-forwarder.ts';

/** A daemon that takes events, and their topics as they came. */
async function daemon(): Promise<{ readonly address: string; readonly topics: string[] }> {
  const address = path.join(await tempDir(), 'daemon.sock');
  const topics: string[] = [];
  const service = new TtrpcServer().handle(EventsDefinition, {
    forward: ({ envelope }) => {
      topics.push(envelope?.topic ?? '');
      return {};
    },
  });
  const server = createServer((socket) => service.accept(socket)).listen(address);
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await service.close();
  });
  return { address, topics };
}

const envelope = (topic: string): Envelope => ({
  ...{ topic, namespace: 'test', timestamp: { seconds: 0, nanos: 0 } },
  event: { typeUrl: '', value: Buffer.alloc(0) },
});

test('an event that comes just when the last one was taken is sent as well', async () => {
  const { address, topics } = await daemon();
  const forwarder = new EventForwarder({ address, log: () => {} });
  // So many turns later, each of which was once a moment in which nobody would have sent it.
  for (let turns = 0; turns < 10; turns += 1) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const onTaken = async () => {
      for (let turn = 0; turn < turns; turn += 1) await undefined;
      forwarder.add(envelope(`second ${turns}`), resolve);
    };
    forwarder.add(envelope(`first ${turns}`), () => void onTaken());
    await promise;
  }
  expect(topics).toEqual([...Array(10).keys()].flatMap((turns) => [`first ${turns}`, `second ${turns}`]));
});
