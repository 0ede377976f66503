// A manager that recovers, and is killed meanwhile: `recovery.ts PLACE`. It says each exit as it is told: `ID PID TIME`.
import { writeSync } from 'node:fs';
import { decodeEvent, type EventPublisher, recover } from '@shimwright/runtime-v1';
import { layoutOf, namespace, type Place } from './place.ts';
import { timeOf } from './time-of.ts';

const place: Place = JSON.parse(String(process.argv[2]));
const { config, roots, daemonAddress } = layoutOf(place);
const exchange: EventPublisher = {
  publish: (_namespace, _topic, event) => {
    const { type, message } = decodeEvent(event);
    if (type !== 'containerd.events.TaskExit') return;
    writeSync(1, `${message.containerId} ${message.pid} ${timeOf(message)}\n`);
  },
};
await recover(config, {
  ...roots,
  namespace,
  daemonAddress,
  settleMs: 0,
  clean: true,
  concurrency: 1,
  exchange,
});
