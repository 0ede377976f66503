import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { TaskV2Definition, TaskV3Definition } from '@shimwright/shim-api/task-v2';
import { identify, isTrustedPeer, listenPath, removeQuietly } from '@shimwright/shim-host';
import { becomeSubreaper, Containers, tellingJournal } from '@shimwright/task-core';
import { TtrpcServer } from '@shimwright/ttrpc';
import { takeSignals } from '../own-signals.ts';
import { CgroupsOfContainers } from './cgroups-of-containers.ts';
import type { TaskCommandLine } from './command-line.ts';
import { EventForwarder } from './event-forwarder.ts';
import { taskEvent } from './events.ts';
import { giveUp } from './give-up.ts';
import { groupFiles } from './group.ts';
import { GroupEnd } from './group-end.ts';
import { GroupLock } from './group-lock.ts';
import { forgetStart, isStartNoted, recordServer } from './group-server-record.ts';
import { GroupDefinition } from './group-service.ts';
import { taskHandlers } from './task-handlers.ts';

/** The socket that the process has inherited. */
const INHERITED_SOCKET = 3;

/** How long a process that all containers share stays without one: the next needs no new process then. */
const LINGER_MS = { namespace: 30_000, pod: 0, container: 0 } as const;

/** How long the end waits for a daemon that takes no events. */
const LAST_EVENTS_MS = 60_000;

/** Serves the containers of a group from this process, which does nothing else. It ends by itself when none is left. */
export function serveGroup(command: TaskCommandLine, log: (message: string) => void): void {
  takeSignals();
  process.umask(0o022);
  becomeSubreaper({ orphans: 'all' });

  const { namespace, address: daemonAddress, group: id, kind = 'namespace', socket: address } = command;
  const files = groupFiles({ daemonAddress, namespace, id });
  const events = new EventForwarder({ address: process.env['TTRPC_ADDRESS'] ?? '', namespace, log });
  const journal = tellingJournal((event) => {
    const published = taskEvent(event);
    if (published) events.add(published);
  });
  const containers = new Containers({ namespace, journal, allowedLoggers: 'any' });
  const cgroups = new CgroupsOfContainers();
  const end = new GroupEnd({
    lingerMs: Number(process.env['SHIMWRIGHT_LINGER_MS'] ?? LINGER_MS[kind]),
    isBusy: () => containers.ids.length > 0,
    end: () => tryToEnd(),
  });
  const onMaybeIdle = () => end.look();
  const onCreated = (created: string) => {
    forgetStart(files, created);
    end.look();
  };
  const service = { namespace, containers, cgroups, onCreated, onMaybeIdle };
  const handlers = taskHandlers(service);
  const onError = (error: unknown) => log(String(error));
  const server = new TtrpcServer({ onError });
  server.handle(TaskV2Definition, handlers).handle(TaskV3Definition, handlers);
  server.handle(GroupDefinition, {
    giveUp: ({ id: given }) => giveUp(given, service).finally(() => onCreated(given)),
  });
  const listener = createServer((connection) => greet(connection, server, end));
  listener.on('error', (error) => log(`socket: ${error.message}`)); // that client's loss alone
  listener.listen({ fd: INHERITED_SOCKET }, () => end.look());
  if (command.debug) log(`serves ${path.basename(files.directory)} at ${address}`);

  function tryToEnd(): boolean {
    using lock = GroupLock.tryTake(files.lock);
    if (!lock) return false; // somebody is about to start a shim
    // From here on, whoever wants a shim starts a process; but some have found this one just before, and said so.
    removeQuietly(files.server);
    if (isStartNoted(files)) {
      recordServer(files, { server: identify(process.pid) ?? { pid: process.pid, startTime: '' }, address });
      return false;
    }
    listener.close();
    removeQuietly(listenPath(address));
    rmSync(files.directory, { recursive: true, force: true });
    removeQuietly(files.lock);
    const late = setTimeout(() => process.exit(0), LAST_EVENTS_MS);
    void events.drained().finally(() => {
      clearTimeout(late);
      process.exit(0);
    });
    return true;
  }
}

function greet(connection: Socket, server: TtrpcServer, end: GroupEnd): void {
  if (!isTrustedPeer(connection)) {
    connection.on('error', () => {}).destroy();
    return;
  }
  end.connected(connection);
  server.accept(connection);
}
