import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { atomicWriteFileSync } from '@shimwright/fs-atomic';
import { saveAddressSync } from '@shimwright/shim-address';
import type { ShimConfig } from '@shimwright/shim-api';
import { joinCgroup } from './cgroup.ts';
import { ShimClientError } from './errors.ts';
import { HandoverSocket } from './handover-socket.ts';
import { raiseOomScore } from './oom-score.ts';
import { shimArguments } from './shim-command.ts';
import type { EndSignal } from './shim-connection.ts';
import { ShimLog } from './shim-log.ts';
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
    child.unref(); // it must not keep this process from ending
  }

  /** Places the process in its cgroup, lets it be ended before us, and notes its id in the bundle. */
  settle({ config, cgroup }: ShimStart): void {
    const pid = Number(this.#child.pid);
    joinCgroup(cgroup, pid);
    raiseOomScore(pid);
    atomicWriteFileSync(path.join(config.path, 'shim.pid'), String(pid));
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
  socket: HandoverSocket | undefined;
  readonly #bundlePath: string;

  constructor({ config }: ShimStart) {
    this.log = new ShimLog(config.workDir);
    this.#bundlePath = config.path;
  }

  remove(): void {
    this.socket?.remove();
    for (const name of ['address', 'shim.pid']) rmSync(path.join(this.#bundlePath, name), { force: true });
    this.log.remove();
  }
}

/** Listens, records the address, and spawns: in one tick of the event loop, see {@link HandoverSocket}. */
async function spawnListening(start: ShimStart, traces: Traces): Promise<ChildProcess> {
  const [stdout, stderr] = traces.log.open();
  try {
    traces.socket = await HandoverSocket.listen(start.socket);
    try {
      saveAddressSync(start.config.path, start.address);
      const child = spawn(start.command, shimArguments(start.config, start), {
        cwd: start.config.path,
        detached: true,
        stdio: ['ignore', stdout, stderr, traces.socket.fd],
        env: { ...process.env, GOMAXPROCS: '2' }, // as containerd does: a shim has little to do at a time
      });
      if (child.pid === undefined) throw await cannotStart(child, start.command);
      return child;
    } finally {
      traces.socket.release();
    }
  } finally {
    traces.log.close();
  }
}

async function cannotStart(child: ChildProcess, command: string): Promise<ShimClientError> {
  const [cause] = await once(child, 'error');
  return new ShimClientError('ERR_SHIM_NOT_FOUND', `cannot start the shim ${command}`, {
    path: command,
    cause,
  });
}
