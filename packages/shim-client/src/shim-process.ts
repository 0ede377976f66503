import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { loadAddressSync, saveAddressSync } from '@shimwright/shim-address';
import type { ShimConfig } from '@shimwright/shim-api';
import { BoundSocket, BUNDLE_FILES, removeQuietly, ShimHostError, saveShimPid } from '@shimwright/shim-host';
import { joinCgroup } from './cgroup.ts';
import { ShimClientError } from './errors.ts';
import { raiseOomScore } from './oom-score.ts';
import { shimArguments } from './shim-command.ts';
import type { EndSignal } from './shim-connection.ts';
import { ShimLog } from './shim-log.ts';
import { spawnDetached } from './spawn-detached.ts';
import { untilAborted } from './until-aborted.ts';

/** All that a start needs, checked beforehand. */
export interface ShimStart {
  readonly config: ShimConfig;
  readonly command: string;
  readonly publisher: string;
  readonly cgroup: readonly string[];
  readonly address: string;
  readonly socket: string;
  readonly daemonAddress: string;
  readonly debug: boolean;
}

/** How a process ended: its status, or null and the signal. */
interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A shim started by this process.
 *
 * `child_process.spawn` rather than execa: a shim lives on when we do not, shares no stdio with us, and
 * importing execa takes longer than starting a shim and asking it for its first answer together.
 */
export class ShimProcess {
  /** Resolves when the process has ended and its socket is removed. Never rejects. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #traces: Traces;

  /** Starts the shim, which may not have answered yet. When a step fails, all of it is undone. */
  static async start(start: ShimStart): Promise<ShimProcess> {
    const traces = new Traces(start);
    try {
      const child = await spawnListening(start, traces);
      return new ShimProcess(child, traces);
    } catch (error) {
      traces.remove();
      throw error;
    }
  }

  private constructor(child: ChildProcess, traces: Traces) {
    this.#child = child;
    this.#traces = traces;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        traces.socket?.remove();
        resolve({ code, signal });
      });
    });
  }

  /** Lets this process end although the shim goes on; before that, it has to say whether it started. */
  unref(): void {
    this.#child.unref();
  }

  /** Places the process in its cgroup, lets it be ended before us, and notes its id in the bundle. */
  settle({ cgroup, config }: ShimStart): void {
    const pid = Number(this.#child.pid);
    joinCgroup(cgroup, pid);
    raiseOomScore(pid);
    saveShimPid(config.path, pid);
    this.#traces.files.push(path.join(config.path, BUNDLE_FILES.pid));
  }

  /** Rejects, should the process end, with `ERR_SHIM_EXITED` and its last words. */
  async failure(): Promise<never> {
    const { code, signal } = await this.exited;
    const stderr = this.#traces.log.stderr();
    const how = signal ? `was ended by ${signal}` : `exited with status ${code}`;
    const message = `the shim ${how} before it answered${stderr && `: ${stderr}`}`;
    throw new ShimClientError('ERR_SHIM_EXITED', message, { stderr, exitCode: code });
  }

  /** Signals the process and resolves when it has ended. Its status is not looked at: 1 on SIGTERM is usual. */
  async end(signal: EndSignal, abort?: AbortSignal): Promise<void> {
    abort?.throwIfAborted();
    // Until its exit event the process is a child that was not waited for, so nobody else can have its id.
    this.#child.kill(signal);
    this.#child.ref();
    try {
      await untilAborted(this.exited, abort);
    } finally {
      this.#child.unref();
    }
  }

  /** Takes the whole start back; resolves when nothing is left of it. */
  async undo(): Promise<void> {
    await this.end('SIGKILL');
    this.#traces.remove();
  }
}

/** What a start leaves on the disk. */
class Traces {
  readonly log: ShimLog;
  /** What else there is of it in the bundle. */
  readonly files: string[] = [];
  socket: BoundSocket | undefined;

  constructor({ config }: ShimStart) {
    this.log = new ShimLog(config.workDir);
  }

  /** What cannot be removed is in the way of no later start, and goes with the bundle. */
  remove(): void {
    this.socket?.remove();
    for (const file of [...this.files, ...this.log.made]) removeQuietly(file);
  }
}

/** Records the address, listens, and spawns: in one tick of the event loop, see `BoundSocket`. */
async function spawnListening(start: ShimStart, traces: Traces): Promise<ChildProcess> {
  recordAddress(start, traces);
  // From here on it is ours alone: of several starters one has the socket.
  traces.socket = await BoundSocket.bind(start.socket).catch((error: unknown) => {
    // Who was faster has recorded the same address.
    if (error instanceof ShimHostError && error.code === 'ERR_SHIM_ADDRESS_IN_USE') traces.files.length = 0;
    throw error;
  });
  try {
    return await spawnDetached(start.command, shimArguments(start.config, start), {
      cwd: start.config.path,
      descriptors: [...traces.log.open(), traces.socket.fd],
    });
  } finally {
    traces.socket.release();
    traces.log.close();
  }
}

/** Records the address before anything is there, so that whatever a crash leaves there can be found. */
function recordAddress({ config, address }: ShimStart, traces: Traces): void {
  if (isRecorded(config.path, address)) return;
  saveAddressSync(config.path, address);
  traces.files.push(path.join(config.path, BUNDLE_FILES.address));
}

function isRecorded(bundlePath: string, address: string): boolean {
  try {
    return loadAddressSync(bundlePath) === address;
  } catch {
    return false; // no usable one: it is replaced
  }
}
