import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import {
  BoundSocket,
  freeSocketPath,
  listenPath,
  prepareSocketDirectory,
  ShimHostError,
} from '@shimwright/shim-host';
import { type TtrpcClient, TtrpcError } from '@shimwright/ttrpc';
import { findCgroup, joinCgroup } from './cgroup.ts';
import { ShimClientError } from './errors.ts';
import { findExecutable } from './find-executable.ts';
import { raiseOomScore } from './oom-score.ts';
import { SharedLog } from './shared-log.ts';
import { spawnDetached } from './spawn-detached.ts';
import { connectTo } from './with-connect.ts';
import { within } from './within.ts';

/** How the process that serves the shims of many bundles is found, and started where there is none. */
export interface SharedProcessOptions {
  /** The program: a path, or a name looked up on the PATH. */
  readonly command: string;
  /** What the program is given before `--shared CONTROL_SOCKET`. @default none */
  readonly args?: readonly string[];
  /**
   * The path of the socket that the process is reached at; one process serves all that name the same. The directory
   * is made, 0700, where it is missing, and what is to outlive the process is kept beside the socket.
   */
  readonly controlSocket: string;
  /** The cgroup for the process, from the root of the hierarchies; it must exist. @default that of this process */
  readonly cgroup?: string;
}

/** How often a process is reached anew that ends just when it is asked. */
const MAX_TRIES = 20;

/** How long is waited, times the number of tries, for one that somebody else has started. */
const RETRY_MS = 5;

/** How long a process that broke its connection may take to end, before that alone is reported. */
const LAST_WORDS_MS = 1_000;

/**
 * Does something over a connection to the shared process, which is started if it does not run. One that is about to
 * end, or dies, is replaced, so `work` may be called several times; the connection is closed after it.
 */
export async function withSharedProcess<Result>(
  options: SharedProcessOptions,
  signal: AbortSignal | undefined,
  work: (client: TtrpcClient) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    signal?.throwIfAborted();
    const reached = await reach(options, signal);
    if (!reached) {
      // Somebody else was faster, and answers in a moment; unless it holds the name for ever and never does.
      if (tries >= MAX_TRIES) throw unreachable(options);
      await delay(RETRY_MS * tries, undefined, signal && { signal });
      continue;
    }
    try {
      return await work(reached.client);
    } catch (error) {
      if (signal?.aborted || !isEnding(error)) throw error;
      await reached.child?.failure();
      if (tries >= MAX_TRIES) throw error;
    } finally {
      reached.child?.forget();
      await reached.client.close();
    }
  }
}

interface Reached {
  readonly client: TtrpcClient;
  /** The process, where this call has started it. */
  readonly child: StartedProcess | undefined;
}

async function reach(options: SharedProcessOptions, signal?: AbortSignal): Promise<Reached | undefined> {
  const address = `unix://${options.controlSocket}`;
  try {
    return { client: await connectTo(address, signal), child: undefined };
  } catch (error) {
    if (!(error instanceof ShimClientError && error.code === 'ERR_SHIM_UNREACHABLE')) throw error;
  }
  const child = await startUnlessStarted(options);
  if (!child) return undefined;
  try {
    return { client: await connectTo(address, signal), child };
  } catch (error) {
    if (!signal?.aborted) await child.failure();
    child.forget();
    throw error;
  }
}

function unreachable({ controlSocket }: SharedProcessOptions): ShimClientError {
  const message = `${controlSocket} is taken by something that does not answer, and cannot be replaced`;
  return new ShimClientError('ERR_SHIM_UNREACHABLE', message, { path: controlSocket });
}

function isEnding(error: unknown): boolean {
  if (!(error instanceof TtrpcError)) return false;
  return error.code === 'ERR_TTRPC_CLOSED' || error.status === 'UNAVAILABLE';
}

/** Starts the process; undefined when another one has the control socket. */
async function startUnlessStarted(options: SharedProcessOptions): Promise<StartedProcess | undefined> {
  try {
    return await StartedProcess.start(options);
  } catch (error) {
    if (error instanceof ShimHostError && error.code === 'ERR_SHIM_ADDRESS_IN_USE') return undefined;
    throw error;
  }
}

/** A shared process that was started by this one, and outlives it. */
class StartedProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly #log: SharedLog;

  static async start(options: SharedProcessOptions): Promise<StartedProcess> {
    const { controlSocket } = options;
    listenPath(`unix://${controlSocket}`);
    const command = findExecutable(options.command, 'the shim');
    const cgroup = options.cgroup === undefined ? [] : findCgroup(options.cgroup);
    prepareSocketDirectory(controlSocket);
    await freeSocketPath(controlSocket);
    const { child, socket, log } = await spawnListening(command, options);
    try {
      joinCgroup(cgroup, Number(child.pid));
      raiseOomScore(Number(child.pid));
      return new StartedProcess(child, log);
    } catch (error) {
      child.kill('SIGKILL');
      log.remove();
      socket.remove();
      throw error;
    }
  }

  private constructor(child: ChildProcess, log: SharedLog) {
    this.#child = child;
    this.#log = log;
    this.#exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  }

  /** Leaves the process to itself, whatever it may still have to say. */
  forget(): void {
    this.#child.unref(); // until here, it had to say whether it started
    this.#log.close();
  }

  /** Rejects with `ERR_SHIM_EXITED` and its last words if it failed; resolves where it only ended, or goes on. */
  async failure(): Promise<void> {
    const exit = await within(this.#exited, LAST_WORDS_MS);
    if (!exit || exit.code === 0 || exit.signal) return;
    const stderr = this.#log.lastWords();
    this.forget();
    const message = `the shim exited with status ${exit.code} before it answered${stderr && `: ${stderr}`}`;
    throw new ShimClientError('ERR_SHIM_EXITED', message, { stderr, exitCode: exit.code });
  }
}

/** Listens and spawns in one tick of the event loop, see `BoundSocket`: of many, one does. */
async function spawnListening(command: string, { args = [], controlSocket }: SharedProcessOptions) {
  const socket = await BoundSocket.bind(controlSocket);
  const log = new SharedLog(controlSocket);
  try {
    const output = log.open();
    const child = await spawnDetached(command, [...args, '--shared', controlSocket], {
      cwd: '/',
      descriptors: [output, output, socket.fd],
    });
    return { child, socket, log };
  } catch (error) {
    log.remove();
    socket.remove();
    throw error;
  } finally {
    socket.release();
  }
}
