// The shim as a process, in the place of containerd's own `containerd-shim` of runtime v1: the same command line, the
// socket on descriptor 3, the bundle as working directory. With `--shared`, the shims of many bundles.
import '../node-version.ts';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { ShimDefinition } from '@shimwright/shim-api';
import { BoundSocket, isWelcome } from '@shimwright/shim-host';
import { becomeSubreaper } from '@shimwright/task-core';
import { TtrpcServer } from '@shimwright/ttrpc';
import { IDLE_MS, IdleEnd } from '../idle-end.ts';
import { log, write } from '../own-log.ts';
import { takeSignals } from '../own-signals.ts';
import { serveShared } from '../shared/serve-shared.ts';
import { parseSharedCommandLine } from '../shared/shared-command-line.ts';
import { createShimService } from '../v1/shim-v1.ts';
import { type CommandLine, CommandLineError, parseCommandLine, USAGE } from './command-line.ts';
import { holdWhatNobodyHolds } from './last-resort.ts';
import { Publisher } from './publisher.ts';

const INHERITED_SOCKET = 3;

function main(args: readonly string[]): void {
  const shared = parseSharedCommandLine(args);
  if (shared) {
    serveShared({ ...shared, descriptor: INHERITED_SOCKET, log }).then(() => holdWhatNobodyHolds(log), fail);
    return;
  }
  const command = parsed(args);
  if (command === 'help') process.stdout.write(USAGE);
  else if (command === 'version') process.stdout.write('shimwright-shim\n');
  else serve(command).then(() => holdWhatNobodyHolds(log), fail);
}

function parsed(args: readonly string[]): ReturnType<typeof parseCommandLine> {
  try {
    return parseCommandLine(args);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    write(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

async function serve(command: CommandLine): Promise<void> {
  // Containers go on without their shim, and so does whoever reads their output.
  takeSignals();
  process.umask(0o022);
  becomeSubreaper({ orphans: 'all' });

  const { publisher: program, address, namespace, workDir, runtimeRoot, criu, systemdCgroup } = command;
  const publisher = new Publisher({ program, address, namespace, log: command.debug ? log : () => {} });
  const service = createShimService(
    { path: process.cwd(), workDir, namespace, criu, runtimeRoot, systemdCgroup },
    { publish: (topic, event) => publisher.publish(topic, event), runtime: 'runc', oomEvents: false },
  );
  const idle = new IdleEnd(command.idleMs ?? IDLE_MS, () => process.exit(0));
  const server = new TtrpcServer();
  server.handle(ShimDefinition, idle.watched(service.handlers));
  await listen(command, (socket) => {
    if (!isWelcome(socket)) {
      socket.on('error', () => {}).destroy();
      return;
    }
    idle.connected(socket);
    server.accept(socket);
  });
  idle.begin();
  if (command.debug) log(`serving ${process.cwd()}`);
}

async function listen({ socket }: CommandLine, onConnection: (connection: Socket) => void): Promise<void> {
  if (socket !== '') {
    await BoundSocket.serve(socket, onConnection);
    return;
  }
  const server = createServer(onConnection).listen({ fd: INHERITED_SOCKET });
  await once(server, 'listening');
  server.on('error', () => {}); // an accept that failed is that client's loss alone
}

function fail(error: unknown): void {
  write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  fail(error);
}
