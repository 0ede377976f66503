// Takes the events of v2 shims for a manager that may be away: `main.ts SPOOL`, with the socket that listens as descriptor 3.
import { eventsPlace } from '../events-place.ts';
import { forwardEvents } from './forwarder.ts';

const SOCKET = 3;

const [spool = ''] = process.argv.slice(2);
// It lives as long as the shims do: whoever means to end them ends it too.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGPIPE'] as const) process.on(signal, () => {});
forwardEvents(eventsPlace(spool), SOCKET).then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
