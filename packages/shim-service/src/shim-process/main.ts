// The shim as a process, in the place of containerd's own `containerd-shim` of runtime v1: the same command line, the
// socket on descriptor 3, the bundle as working directory.
import type { Socket } from 'node:net';
import { ShimDefinition } from '@shimwright/shim-api';
import { TtrpcServer } from '@shimwright/ttrpc';
import { peerCredentials } from '../native/peer-credentials.ts';
import { createShimService } from '../shim-service.ts';
import { becomeSubreaper } from '../subreaper.ts';
import { type CommandLine, CommandLineError, parseCommandLine, USAGE } from './command-line.ts';
import { Publisher } from './publisher.ts';

const INHERITED_SOCKET = 3;

function main(args: readonly string[]): void {
  const command = parsed(args);
  if (command === 'help') process.stdout.write(USAGE);
  else if (command === 'version') process.stdout.write('shimwright-shim\n');
  else serve(command).catch(fail);
}

function parsed(args: readonly string[]): ReturnType<typeof parseCommandLine> {
  try {
    return parseCommandLine(args);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    process.stderr.write(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

async function serve(command: CommandLine): Promise<void> {
  // Containers go on without their shim, and so does whoever reads their output.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
  process.on('SIGPIPE', () => {});
  becomeSubreaper({ orphans: 'all' });

  const log = (message: string) => {
    if (command.debug) process.stderr.write(`${new Date().toISOString()} ${message}\n`);
  };
  const { publisher: program, address, namespace, workDir, runtimeRoot, criu, systemdCgroup } = command;
  const publisher = new Publisher({ program, address, namespace, log });
  const service = createShimService(
    { path: process.cwd(), workDir, namespace, criu, runtimeRoot, systemdCgroup },
    { publish: (topic, event) => publisher.publish(topic, event), runtime: 'runc', oomEvents: false },
  );
  const server = new TtrpcServer({ authorize: isTrusted });
  server.handle(ShimDefinition, service.handlers);
  await server.listen(command.socket === '' ? { fd: INHERITED_SOCKET } : command.socket);
  log(`serving ${process.cwd()}`);
}

/** The same user and root may speak to a shim; the modes of its socket and directory say the same. */
function isTrusted(socket: Socket): boolean {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  const { uid } = peerCredentials(fd);
  return uid === 0 || uid === process.geteuid?.();
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

main(process.argv.slice(2));
