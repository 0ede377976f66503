import { lstatSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { type AddSharedShimRequest, SharedShimsDefinition } from '@shimwright/shim-api';
import { isWelcome, REGISTER_FORMAT, removeFile, sharedFiles } from '@shimwright/shim-host';
import { becomeSubreaper } from '@shimwright/task-core';
import { TtrpcError, TtrpcServer } from '@shimwright/ttrpc';
import { joinKeeper } from '../keeper/join-keeper.ts';
import { type KeptAs, KeptServer } from '../keeper/kept-server.ts';
import { takeSignals } from '../own-signals.ts';
import { ownVersion } from '../own-version.ts';
import { keyOf, Registry } from './registry.ts';
import { SharedShims } from './shared-shims.ts';

/** The version of the calls at the control socket, see `SharedInfo`. */
const PROTOCOL = 3;

/** How long who asked for a handover may take to read that it is done. */
const LAST_ANSWER_MS = 1_000;

/** How a shared process serves. */
export interface SharedOptions {
  /** The path of its control socket, which listens at `descriptor` already. */
  readonly controlSocket: string;
  /** The control socket. */
  readonly descriptor: number;
  /** How long it waits for a shim to serve before it ends. */
  readonly graceMs: number;
  /** How long a shim stays without a container and a client. */
  readonly idleMs: number;
  /** How it has come to its keeper; undefined for a process without one. */
  readonly keptAs: KeptAs | undefined;
  /** Told what went wrong. */
  readonly log: (message: string) => void;
}

/**
 * Serves the shims of many bundles from this process, which does nothing else, each at its own address. It goes on with
 * those of a process that was killed, and ends by itself when none is left. Asked to end before that, it leaves them
 * to the next one.
 */
export async function serveShared(options: SharedOptions): Promise<void> {
  const { controlSocket, descriptor, graceMs, idleMs, keptAs, log } = options;
  takeSignals();
  process.umask(0o022);
  becomeSubreaper({ orphans: 'all' });

  const { ino } = lstatSync(controlSocket);
  const removeSocket = () => {
    if (lstatSync(controlSocket, { throwIfNoEntry: false })?.ino === ino) rmSync(controlSocket);
  };
  const registry = new Registry(controlSocket);
  process.chdir(registry.directory); // by which it is told from other processes, see `workerIn`
  const kept: KeptServer | undefined =
    keptAs && new KeptServer({ as: keptAs, untilQuiet: () => shims.untilQuiet(), log });
  const around = { controlSocket, registry, idleMs, log, deposits: kept?.deposits };
  const shims: SharedShims = new SharedShims(around, graceMs, () => {
    // Whoever comes from now on finds no socket, or none who answers, and starts the next process: what both of them
    // would use has to be gone before that.
    registry.close();
    removeFile(sharedFiles(controlSocket).log);
    removeSocket();
    process.exit(0);
  });
  const connecting = kept?.connect();
  // What an earlier server has left is known to the keeper alone.
  if (keptAs === 'next') await connecting;
  const bundles = registry.bundles();
  const keys = new Set(bundles.map(({ shim }) => keyOf(shim.path)));
  kept?.deposits.giveUp((bundle) => keys.has(bundle));
  shims.adopt(bundles);
  const server = createServer((socket) => {
    if (isWelcome(socket)) serveGroup(socket, { shims, kept, removeSocket, controlSocket });
    else socket.on('error', () => {}).destroy();
  });
  server.on('error', (error) => log(`control socket: ${error.message}`));
  server.listen({ fd: descriptor });
}

/** What a connection is about. */
interface Served {
  readonly shims: SharedShims;
  readonly kept: KeptServer | undefined;
  readonly controlSocket: string;
  readonly removeSocket: () => void;
}

/** Answers one connection. What it adds is its own until it is kept, so whoever gives up leaves nothing behind. */
function serveGroup(socket: Socket, { shims, kept, removeSocket, controlSocket }: Served): void {
  const added = new Map<string, AddSharedShimRequest>();
  let isClosed = false;
  const server = new TtrpcServer().handle(SharedShimsDefinition, {
    add: async (request) => {
      if (isClosed) throw TtrpcError.status('CANCELLED', 'whoever asked is gone');
      if (kept?.hasKeeper) joinKeeper(process.ppid);
      await shims.add(request);
      if (isClosed) shims.undo(request);
      else added.set(request.path, request);
      return { shimPid: process.pid };
    },
    keep: ({ path }) => {
      if (!added.delete(path))
        throw TtrpcError.status('NOT_FOUND', `${path} was not added by this connection`);
      return {};
    },
    list: async ({ path }) => {
      await shims.adopted(path);
      return { shims: shims.listed };
    },
    remove: async ({ path }) => {
      await shims.adopted(path);
      shims.remove(path);
      return {};
    },
    info: () => ({
      ...{ shimPid: process.pid, protocol: PROTOCOL, registerFormat: REGISTER_FORMAT, by: ownVersion() },
    }),
    handover: async ({ program }) => {
      await shims.handOver();
      if (program && kept?.hasKeeper) {
        kept.handOver({ ...program, args: [...program.args, '--shared', controlSocket] });
      } else removeSocket();
      socket.once('close', () => process.exit(0)); // who asked has its answer then
      setTimeout(() => process.exit(0), LAST_ANSWER_MS);
      return {};
    },
  });
  socket.once('close', () => {
    isClosed = true;
    for (const request of added.values()) shims.undo(request);
  });
  server.accept(socket);
}
