import { closeSync, constants, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { makeFifo, spawnProcess } from '@shimwright/linux-native';
import { shimAddress } from '@shimwright/shim-address';
import {
  BoundSocket,
  cleanEnvironment,
  freeSocketPath,
  identify,
  listenPath,
  prepareSocketDirectory,
  SMALL_MEMORY,
} from '@shimwright/shim-host';
import type { TaskCommandLine } from './command-line.ts';
import type { Group, GroupFiles, GroupKind } from './group.ts';
import { type GroupServer, recordServer } from './group-server-record.ts';
import { makeStore } from './keeper/descriptor-store.ts';
import { makePause } from './keeper/pause.ts';
import { joinCgroup } from './shim-cgroup.ts';

const SIGKILL = 'SIGKILL';

// What the process of a group has of the daemon's environment besides what every shim has.
const OWN_VARIABLE = /^SHIMWRIGHT_(?!STDIN$)/;

/** What a process that serves a group is started for. */
export interface ServerOptions {
  readonly group: Group;
  readonly kind: GroupKind;
  readonly files: GroupFiles;
  readonly command: TaskCommandLine;
  /** Where the daemon takes events. */
  readonly eventsAddress: string;
  /** The cgroup that the process is to be in; empty for that of the daemon. */
  readonly shimCgroup: string;
}

/**
 * Starts the process of a group, which is detached and has the socket that it is to listen on. It is not waited for: a client
 * that connects waits in the socket's queue.
 *
 * @throws {ShimHostError} `ERR_SHIM_ADDRESS_IN_USE`, `ERR_SHIM_ADDRESS`; a system error where no process can be started.
 */
export async function spawnServer(options: ServerOptions): Promise<GroupServer> {
  const { group, files, shimCgroup } = options;
  const address = shimAddress({ ...group, id: `shimwright@${group.id}` });
  const socket = listenPath(address);
  prepareSocketDirectory(socket);
  await freeSocketPath(socket);
  const log = openSync(
    files.log,
    constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND,
    0o600,
  );
  try {
    makeAliveFifo(files.alive);
    const bound = await BoundSocket.bind(socket);
    const pid = spawnListening(options, bound, log, address);
    try {
      if (shimCgroup !== '') joinCgroup(shimCgroup, pid);
      raiseOomScore(pid);
      const server = { server: { pid, startTime: identify(pid)?.startTime ?? '' }, address };
      recordServer(files, server);
      return server;
    } catch (error) {
      process.kill(pid, SIGKILL);
      bound.remove();
      throw error;
    }
  } finally {
    closeSync(log);
  }
}

function spawnListening(
  { group, kind, files, command, eventsAddress }: ServerOptions,
  bound: BoundSocket,
  log: number,
  address: string,
): number {
  const { namespace, id, address: daemonAddress, publishBinary, debug } = command;
  const args = [
    ...process.execArgv,
    process.argv[1] ?? '',
    ...['-namespace', namespace, '-id', id, '-address', daemonAddress, '-publish-binary', publishBinary],
    ...['-group', group.id, '-kind', kind, '-socket', address],
    ...(debug ? ['-debug'] : []),
    'keep',
  ];
  const own = Object.entries(process.env).filter(([name]) => OWN_VARIABLE.test(name));
  const env = {
    ...{ ...cleanEnvironment(), ...SMALL_MEMORY, ...Object.fromEntries(own) },
    TTRPC_ADDRESS: eventsAddress,
  };
  const made: number[] = [];
  try {
    made.push(...makeStore());
    made.push(makePause());
    const descriptors = [undefined, log, log, bound.fd, ...made];
    return spawnProcess({ command: process.execPath, args, env, cwd: files.directory, descriptors });
  } catch (error) {
    bound.remove();
    throw error;
  } finally {
    bound.release();
    for (const fd of made) closeSync(fd);
  }
}

/** One that an earlier process has left is not used: somebody may have it open still. */
function makeAliveFifo(file: string): void {
  rmSync(file, { force: true });
  makeFifo(file, 0o600);
}

const HIGHEST = 1000; // see proc(5)

/** Lets the kernel end the shim a little sooner than the daemon when memory runs out, as the stock shim does. */
function raiseOomScore(pid: number): void {
  const daemon = Number(readFileSync(`/proc/${process.ppid}/oom_score_adj`, 'utf8'));
  writeFileSync(`/proc/${pid}/oom_score_adj`, String(Math.min(daemon + 1, HIGHEST)));
}
