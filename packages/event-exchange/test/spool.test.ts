import path from 'node:path';
import { Any, packAny } from '@shimwright/shim-api';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { defaultPublisher, watchSpool } from '../../shim-host/src/spool.ts';
import { EventExchange } from '../src/index.ts';

needs('linux');

test('what a remote shim publishes reaches the subscribers, and a bad topic is reported', async () => {
  const address = path.join(await tempDir(), 'daemon.sock');
  const exit = packAny('containerd.events.TaskExit', { containerId: 'web', id: 'web', exitStatus: 137 });
  const publish = (topic: string) =>
    execa(defaultPublisher(), ['--address', address, 'publish', '--topic', topic, '--namespace', 'default'], {
      input: Any.encode(exit).finish(),
    });
  const stop = new AbortController();
  const exchange = new EventExchange();
  const subscription = exchange.subscribe('event.container_id==web', stop);
  const refused: string[] = [];
  await publish('/tasks/');

  const forwarding = exchange.forwardFrom(watchSpool(address, stop), {
    signal: stop.signal,
    onError: ({ code }) => refused.push(code),
  });
  await publish('/tasks/exit');
  const { value } = await subscription.next();
  stop.abort();
  await forwarding;

  expect(refused).toEqual(['ERR_EVENT_TOPIC']);
  expect(value).toMatchObject({
    namespace: 'default',
    topic: '/tasks/exit',
    event: { typeUrl: exit.typeUrl },
  });
  expect(new Uint8Array(value?.event.value ?? [])).toEqual(new Uint8Array(exit.value));
});
