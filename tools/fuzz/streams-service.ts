import { StateRequest } from '@shimwright/shim-api';
import type { ServiceHandlers } from '@shimwright/ttrpc';

const types = { requestType: StateRequest, responseType: StateRequest };

/** A service with streams in every direction, whose messages only have an id. */
export const StreamsDefinition = {
  name: 'Streams',
  fullName: 'fuzz.Streams',
  methods: {
    join: { name: 'Join', ...types, requestStream: true, responseStream: false },
    count: { name: 'Count', ...types, requestStream: false, responseStream: true },
    echo: { name: 'Echo', ...types, requestStream: true, responseStream: true },
    leave: { name: 'Leave', ...types, requestStream: true, responseStream: false },
  },
} as const;

/** What the attacked server answers; `untilAborted` is what a call waits for that never ends. */
export function streamHandlers(
  untilAborted: (signal: AbortSignal) => Promise<void>,
): ServiceHandlers<typeof StreamsDefinition> {
  return {
    async join(requests) {
      let count = 0;
      for await (const _ of requests) count += 1;
      return { id: String(count) };
    },
    async *count({ id }) {
      const most = id.length === 0 ? 0 : Number(id) || 5;
      for (let number = 1; number <= most; number++) yield { id: String(number) };
    },
    async *echo(requests) {
      for await (const { id } of requests) yield { id };
    },
    /** Reads nothing. */
    async leave(_, { signal }) {
      await untilAborted(signal);
      return {};
    },
  };
}
