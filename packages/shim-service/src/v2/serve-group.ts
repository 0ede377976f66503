import { rmSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { unblockSignal } from '@shimwright/linux-native';
import { SandboxDefinition } from '@shimwright/shim-api/sandbox';
import { TaskV2Definition, TaskV3Definition } from '@shimwright/shim-api/task-v2';
import { identify, isRunning, listenPath, type ProcessIdentity, removeQuietly } from '@shimwright/shim-host';
import { becomeSubreaper, watchForeign } from '@shimwright/task-core';
import { TtrpcServer } from '@shimwright/ttrpc';
import { takeSignals } from '../own-signals.ts';
import { QuietCollection } from '../quiet-collection.ts';
import { Registry } from '../shared/registry.ts';
import { logToBundle } from './bundle-log.ts';
import type { TaskCommandLine } from './command-line.ts';
import { EventForwarder } from './event-forwarder.ts';
import { EventQueue } from './event-queue.ts';
import { giveUp } from './give-up.ts';
import { type GroupFiles, groupFiles } from './group.ts';
import { GroupConnections } from './group-connections.ts';
import { GroupContainers } from './group-containers.ts';
import { GroupEnd } from './group-end.ts';
import { GroupLock } from './group-lock.ts';
import { forgetStart, isStartNoted, recordServer } from './group-server-record.ts';
import { GroupDefinition } from './group-service.ts';
import { DescriptorStore } from './keeper/descriptor-store.ts';
import { ALIVE, INHERITED } from './keeper/keep.ts';
import { KeptStdio } from './keeper/kept-stdio.ts';
import { OpenCalls } from './keeper/open-calls.ts';
import { RepeatedCalls } from './keeper/repeated-calls.ts';
import { sandboxHandlers } from './sandbox/sandbox-handlers.ts';
import { Sandboxes } from './sandbox/sandboxes.ts';
import { taskHandlers } from './task-handlers.ts';

/** How long a process that all containers share stays without one: the next needs no new process then. */
const LINGER_MS = { namespace: 30_000, pod: 0, container: 0 } as const;

/** How long the end waits for a daemon that takes no events. */
const LAST_EVENTS_MS = 60_000;

/** How long it serves until its keeper may take it for well. */
const WELL_MS = 1_000;

/**
 * Serves the containers of a group from this process, which does nothing else. It goes on with what an earlier process served that
 * was killed, and ends by itself when nothing is left.
 */
export function serveGroup(command: TaskCommandLine, ownLog: (message: string) => void): void {
  unblockSignal(constants.signals.SIGCHLD); // the keeper has blocked it
  takeSignals();
  process.umask(0o022);
  becomeSubreaper({ orphans: 'all' });

  const { namespace, address: daemonAddress, group: id, kind = 'namespace', socket: address } = command;
  const files = groupFiles({ daemonAddress, namespace, id });
  const bundles = new Map<string, string>();
  // Once to each daemon's log: all bundles of a group are of one.
  const log = (message: string) => {
    ownLog(message);
    const [bundle] = bundles.values();
    if (bundle !== undefined) logToBundle(bundle, message);
  };
  const serving = { files, address, keeper: identify(process.ppid) };
  const forwarder = new EventForwarder({ address: process.env['TTRPC_ADDRESS'] ?? '', log });
  const events = new EventQueue({ directory: files.events, namespace, forwarder, log });
  events.resume();
  const store = new DescriptorStore(INHERITED.store);
  const stored = store.restore();
  const stdio = new KeptStdio(store, stored);
  const registry = new Registry(files.containers);
  const sandboxes = new Sandboxes(files.sandboxes, log);
  const group = new GroupContainers({
    namespace,
    daemonAddress,
    address,
    registry,
    events,
    deletions: files.deletions,
    bundles,
    sandboxes,
    stdio,
    reapKept: () => tellKeeper('reap'),
    log,
  });
  const calls = new OpenCalls(files.calls, log);
  const repeated = new RepeatedCalls(calls.frames);
  const end = new GroupEnd({
    lingerMs: Number(process.env['SHIMWRIGHT_LINGER_MS'] ?? LINGER_MS[kind]),
    isBusy: () => group.isBusy,
    end: () => tryToEnd({ ...serving, connections, forwarder }),
  });
  const server = new TtrpcServer({ onError: (error) => log(String(error)) });
  const connections = new GroupConnections({ server, end, calls, store, log });
  const quiet = new QuietCollection();
  const onMaybeIdle = () => {
    quiet.note();
    end.look();
  };
  const onCreated = (created: string) => {
    forgetStart(files, created);
    onMaybeIdle();
  };
  const handlers = taskHandlers({ namespace, group, repeated, onCreated, onMaybeIdle });
  server.handle(TaskV2Definition, handlers).handle(TaskV3Definition, handlers);
  const { cgroups } = group;
  server.handle(
    SandboxDefinition,
    sandboxHandlers({ sandboxes, cgroups, bundles, repeated, onCreated, onMaybeIdle }),
  );
  server.handle(GroupDefinition, {
    giveUp: ({ id: given }) =>
      sandboxes
        .remove(given)
        .then(() => giveUp(given, group))
        .finally(() => onCreated(given)),
  });
  const adopted = group.adopt();
  connections.resume(stored.filter(({ note }) => note === undefined));
  connections.listen(INHERITED.socket);
  if (adopted > 0) void group.allAdopted().then(onMaybeIdle);
  end.look();
  keepKeeper(serving);
  if (command.debug || adopted > 0)
    log(`serves ${path.basename(files.directory)}, ${adopted} of an earlier process`);
}

interface Serving {
  readonly files: GroupFiles;
  readonly address: string;
  /** The process that this one was started by. */
  readonly keeper: ProcessIdentity | undefined;
}

/** Tells the keeper that all is well, and stands in for it when it dies: then this process is the one that serves. */
function keepKeeper(serving: Serving): void {
  setTimeout(() => tellKeeper('well'), WELL_MS).unref();
  const { keeper } = serving;
  if (keeper) void watchForeign(keeper.pid, keeper.startTime)?.ended.then(() => record(serving));
}

/** Says who is to be proven alive: the keeper, which sees to it that somebody serves; without it, this process. */
function record({ files, address, keeper }: Serving): void {
  const server = keeper && isRunning(keeper) ? keeper : identify(process.pid);
  if (server) recordServer(files, { server, address });
}

function tellKeeper(word: 'well' | 'reap' | 'end'): void {
  try {
    writeSync(ALIVE, `${word}\n`);
  } catch {
    // It is gone.
  }
}

/** Ends this process, unless somebody is about to use it. @returns whether it ends. */
function tryToEnd(
  serving: Serving & { readonly connections: GroupConnections; readonly forwarder: EventForwarder },
): boolean {
  const { files, address, connections, forwarder } = serving;
  using lock = GroupLock.tryTake(files.lock);
  if (!lock) return false; // somebody is about to start a shim
  // From here on, whoever wants a shim starts a process; but some have found this one just before, and said so.
  removeQuietly(files.server);
  if (isStartNoted(files)) {
    record(serving);
    return false;
  }
  tellKeeper('end');
  connections.close();
  removeQuietly(listenPath(address));
  void lastEvents(forwarder).then(() => process.exit(0));
  rmSync(files.directory, { recursive: true, force: true });
  removeQuietly(files.lock);
  return true;
}

async function lastEvents(forwarder: EventForwarder): Promise<void> {
  const late = setTimeout(() => process.exit(0), LAST_EVENTS_MS);
  await forwarder.drained();
  clearTimeout(late);
}
