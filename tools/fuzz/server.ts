// The server under attack, in a process of its own, so that its memory and its end are its alone. It answers every call
// of a shim with what it was asked. Takes the path to listen at; tells of its state when it is sent a message.
import { readdirSync } from 'node:fs';
import { ShimDefinition, type ShimHandlers } from '@shimwright/shim-api';
import { TtrpcServer } from '@shimwright/ttrpc';
import type { ServerState } from './attacked-server.ts';
import { StreamsDefinition, streamHandlers } from './streams-service.ts';

/** A `State` of this many letters `x` is answered with a text of 1 MiB. */
const MUCH = 'much';
const MIB = 1024 * 1024;

let atWork = 0;

/** Ends when the connection does: so much may be at work, and no more. */
async function untilAborted(signal: AbortSignal): Promise<void> {
  atWork += 1;
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  atWork -= 1;
}

const handlers: ShimHandlers = {
  state: ({ id }) => ({ id, stdout: id === MUCH ? 'x'.repeat(MIB) : '' }),
  create: ({ rootfs }) => ({ pid: rootfs.length }),
  start: ({ id }) => ({ id }),
  delete: () => ({ exitStatus: 1 }),
  deleteProcess: () => ({ exitStatus: 2 }),
  listPids: () => ({ processes: [{ pid: 1 }] }),
  pause: () => ({}),
  resume: () => ({}),
  checkpoint: () => ({}),
  kill: () => ({}),
  exec: () => ({}),
  resizePty: () => ({}),
  closeIO: () => ({}),
  update: () => ({}),
  shimInfo: () => ({ shimPid: process.pid }),
  wait: async ({ id }, { signal }) => {
    if (id === 'for ever') await untilAborted(signal);
    return {};
  },
};

// So that the end of a connection that has all it may is seen soon.
const server = new TtrpcServer({ maxStallMs: 500 })
  .handle(ShimDefinition, handlers)
  .handle(StreamsDefinition, streamHandlers(untilAborted));
await server.listen(String(process.argv[2]));

process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const state: ServerState = {
    usedBytes: heapUsed + external,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    descriptors: readdirSync('/proc/self/fd').length,
    atWork,
  };
  process.send?.(state);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
