import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Bundle } from '@shimwright/bundle-core';
import { type Attachment, attachTo } from './attach.ts';
import { callFailure, isShimLost } from './call-failure.ts';
import { CallerStreams } from './caller-streams.ts';
import { openRoot } from './container-root.ts';
import { copyFrom, copyInto, heldArchive } from './copy/copy.ts';
import { destroy } from './destroy.ts';
import {
  checkExec,
  checkExecDetached,
  type ExecDetachedOptions,
  type ExecOptions,
  execDetachedIn,
  execIn,
} from './exec.ts';
import { failureOf } from './failure.ts';
import { completeLog } from './logs/complete-log.ts';
import { recorderFor } from './logs/ensure-recorder.ts';
import type { LogEntry } from './logs/log-entry.ts';
import { logFiles } from './logs/log-files.ts';
import { type LogsOptions, readLogs } from './logs/read-logs.ts';
import { notFound } from './not-found.ts';
import { isOomKilled } from './oom-killed.ts';
import { badOption } from './options/bad-option.ts';
import { checkOptions } from './options/check-options.ts';
import {
  checkBoolean,
  checkByteStream,
  checkDate,
  checkMs,
  checkPath,
  checkSignalName,
  checkSize,
  checkWhole,
} from './options/checks.ts';
import type { LimitOptions, ProcessResult } from './options/container-options.ts';
import { limitChecks, waitChecks } from './options/option-checks.ts';
import { signalNumber, signalOf } from './options/signals.ts';
import type { WaitOptions } from './options/wait-options.ts';
import type { Place } from './place.ts';
import type { ContainerRecord } from './record.ts';
import { cgroupOf, resourcesOf } from './spec-of.ts';
import { reachToStart, stateOf } from './start-again.ts';
import { type ContainerStats, measured, readStats, type StatsOptions } from './stats.ts';
import { stopTask } from './stop-task.ts';
import { type ProcessState, reachTask, type Task } from './task.ts';

/** How a container is asked to stop. */
export interface StopOptions extends WaitOptions {
  /** The signal, by name or number. @default that of the container */
  readonly stopSignal?: string | number | undefined;
  /** How long it may take to end by itself, before it is killed. @default 10000 */
  readonly graceMs?: number | undefined;
}

/** How a container ended. */
export interface ContainerExit {
  /** What a shell would say: 128 and the signal's number where a signal ended it. */
  readonly exitCode: number;
  /** The signal that ended it, or that it says has. */
  readonly signal: NodeJS.Signals | undefined;
  /** Whether the kernel killed one of its processes for want of memory. */
  readonly oomKilled: boolean;
  /** When it ended. */
  readonly exitedAt: Date | undefined;
}

/** What a container is about. */
export interface ContainerState {
  /** What the container does now. */
  readonly status: 'created' | 'running' | 'paused' | 'stopped';
  /** Its first process, as this machine sees it; undefined once it has ended. */
  readonly pid: number | undefined;
  /** How it ended; undefined until it has. */
  readonly exit: ContainerExit | undefined;
}

const DEFAULT_GRACE_MS = 10_000;

const stopChecks = { ...waitChecks, stopSignal: checkSignalName, graceMs: checkMs(0) };

const logsChecks = { ...waitChecks, follow: checkBoolean, since: checkDate, tail: checkWhole(0) };

/** A container that outlives this process. Each call asks its shim anew, so a container need not be closed. */
export class Container implements AsyncDisposable {
  /** Its name, unique in its namespace. */
  readonly id: string;
  /** When it was made. */
  readonly createdAt: Date;
  /** The image it was made from; undefined where it was a directory. */
  readonly image: string | undefined;
  /** The whole command. */
  readonly command: readonly string[];
  /** What whoever made it noted. */
  readonly labels: Readonly<Record<string, string>>;
  readonly #bundle: Bundle;
  readonly #place: Place;
  readonly #record: ContainerRecord;

  /** @internal Made by `create`, `get` and `restore`. */
  constructor(bundle: Bundle, place: Place, record: ContainerRecord) {
    this.id = bundle.id;
    this.createdAt = record.createdAt;
    this.image = record.image;
    this.command = record.command;
    this.labels = record.labels;
    this.#bundle = bundle;
    this.#place = place;
    this.#record = record;
  }

  /**
   * Starts its command. One that has ended runs it again, with the files and the log that it has.
   *
   * @throws {ContainerError} `ERR_CONTAINER_COMMAND`; `ERR_CONTAINER_STATE` for one that runs.
   */
  async start(options: WaitOptions = {}): Promise<this> {
    const work = async (task: Task) => {
      await task.start(this.id, options).catch((error: unknown) => {
        throw isShimLost(error) ? error : failureOf(error, this.id);
      });
    };
    await this.#do('start', options, work, reachToStart);
    return this;
  }

  /** Stops it as `stop` does if it runs, and starts it again. @throws {ContainerError} as `start` does. */
  async restart(options: StopOptions = {}): Promise<this> {
    checkOptions(options, stopChecks);
    const { signal } = options;
    if ((await this.state({ signal })).status !== 'created') await this.stop(options);
    return this.start({ signal });
  }

  /** What it is about now. */
  async state(options: WaitOptions = {}): Promise<ContainerState> {
    return this.#do('state', options, async (task) =>
      stateFrom(await stateOf(this.#bundle, task, options.signal), cgroupOf(this.#place, this.id)),
    );
  }

  /**
   * Runs another command in it to its end.
   *
   * @throws {ContainerError} `ERR_CONTAINER_COMMAND`, `ERR_CONTAINER_USER`, `ERR_CONTAINER_STATE`.
   */
  async exec(args: readonly string[], options: ExecOptions = {}): Promise<ProcessResult> {
    checkExec(args, options);
    using streams = new CallerStreams(options);
    const { signal } = options;
    return await this.#do('exec', { signal }, (task) =>
      execIn(this.#bundle, task, args, options, streams, (process) => ({
        resize: async (size) => {
          checkSize(size);
          await task.resize(process, size);
        },
        kill: async (name) => task.kill(process, signalNumber(name)),
      })),
    );
  }

  /**
   * Starts another command in it, and does not wait for its end. It has no input, and what it writes is lost.
   *
   * @returns its process id, as this machine sees it.
   * @throws {ContainerError} as `exec` does.
   */
  async execDetached(
    args: readonly string[],
    options: ExecDetachedOptions = {},
  ): Promise<{ readonly pid: number }> {
    checkExecDetached(args, options);
    const { signal } = options;
    return this.#do('exec', { signal }, async (task) => ({
      pid: await execDetachedIn(this.#bundle, task, args, options),
    }));
  }

  /** What it wrote, line by line, with times. */
  async *logs(options: LogsOptions = {}): AsyncGenerator<LogEntry, void, void> {
    checkOptions(options, logsChecks);
    const files = logFiles(this.#bundle);
    this.#requireBundle();
    if (!options.follow)
      await completeLog(this.#bundle, this.#place, () => this.state({ signal: options.signal }));
    yield* readLogs(files, options, recorderFor(this.#place, files.recording));
  }

  /** What it uses, again and again, until it has ended. */
  async *stats(options: StatsOptions = {}): AsyncGenerator<ContainerStats, void, void> {
    checkOptions(options, { ...waitChecks, intervalMs: checkMs(1) });
    const { signal } = options;
    const found = await measured(async () => (await this.state({ signal })).pid);
    if (found) yield* readStats(found, options);
  }

  /** Resolves when it has ended, at once if it has before. */
  async wait(options: WaitOptions = {}): Promise<ContainerExit> {
    return this.#do('wait', options, async (task) =>
      exitFrom(await task.wait(this.id, options), cgroupOf(this.#place, this.id)),
    );
  }

  /** Asks it to stop, and kills it when it has not after `graceMs`. One that has ended is no error. */
  async stop(options: StopOptions = {}): Promise<ContainerExit> {
    checkOptions(options, stopChecks);
    const { graceMs = DEFAULT_GRACE_MS, signal } = options;
    const stopSignal = signalNumber(options.stopSignal ?? this.#record.stopSignal, 'stopSignal');
    return this.#do('stop', { signal }, async (task) =>
      exitFrom(
        await stopTask(this.id, task, { stopSignal, graceMs, signal }),
        cgroupOf(this.#place, this.id),
      ),
    );
  }

  /** Sends its first process a signal, by name or number. */
  async kill(signal: string | number = 'SIGKILL', options: WaitOptions = {}): Promise<void> {
    const number = signalNumber(signal);
    await this.#do('kill', options, (task) => task.kill(this.id, number, options));
  }

  /** Holds all of its processes. */
  async pause(options: WaitOptions = {}): Promise<void> {
    await this.#do('pause', options, (task) => task.pause(options));
  }

  /** Lets them go on. */
  async resume(options: WaitOptions = {}): Promise<void> {
    await this.#do('resume', options, (task) => task.resume(options));
  }

  /** Changes its limits; those that are not given stay. */
  async update(limits: LimitOptions & WaitOptions): Promise<void> {
    checkOptions(limits, { ...limitChecks, ...waitChecks });
    const resources = resourcesOf(limits);
    if (Object.keys(resources).length === 0)
      throw badOption('limits', 'must have memoryBytes, cpus or pidsLimit');
    const { signal } = limits;
    await this.#do('update', { signal }, (task) => task.update(resources, { signal }));
  }

  /** Its input and output, as long as this process wants them. */
  async attach(options: WaitOptions & { readonly logs?: boolean } = {}): Promise<Attachment> {
    checkOptions(options, { ...waitChecks, logs: checkBoolean });
    const { logs, signal } = options;
    return this.#do('attach', { signal }, async (task) => {
      const { stdio } = await task.state(this.id, { signal });
      return attachTo(stdio, {
        output: this.logs({ follow: true, tail: logs ? undefined : 0, signal }),
        closeStdin: () => this.#do('attach', {}, (again) => again.closeStdin(this.id)),
      });
    });
  }

  /** Sets the size of its terminal. */
  async resize(
    size: { readonly columns: number; readonly rows: number },
    options: WaitOptions = {},
  ): Promise<void> {
    checkSize(size);
    await this.#do('resize', options, (task) => task.resize(this.id, size, options));
  }

  /**
   * Unpacks a tar archive below a directory of the container. No link in the container or in the archive leads out of it.
   *
   * @throws {ContainerError} `ERR_CONTAINER_COPY`, `ERR_CONTAINER_ROOTLESS`; `ERR_CONTAINER_INPUT` where the archive's stream fails.
   */
  async copyIn(
    archive: AsyncIterable<Uint8Array>,
    directory: string,
    options: WaitOptions = {},
  ): Promise<void> {
    checkByteStream('archive', archive);
    checkPath('directory', directory);
    checkOptions(options, waitChecks); // before anything is read
    const held = heldArchive(archive);
    await this.#do('copyIn', options, async (task) =>
      copyInto(await openRoot(this.#bundle, task), held, directory, options.signal),
    );
  }

  /**
   * A file or directory of the container as a tar archive, in which it has its own name. A link is packed as a link.
   *
   * @throws {ContainerError} `ERR_CONTAINER_ROOTLESS`; a failure destroys the stream with `ERR_CONTAINER_COPY`.
   */
  async copyOut(path: string, options: WaitOptions = {}): Promise<Readable> {
    checkPath('path', path);
    return this.#do('copyOut', options, async (task) =>
      copyFrom(await openRoot(this.#bundle, task), path, options.signal),
    );
  }

  /** Kills it if it runs, and removes all of it, with its log. One that is gone is no error. */
  async remove(): Promise<void> {
    await destroy(this.#bundle, this.#place);
  }

  /** The same as `remove()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }

  async #do<Result>(
    call: string,
    options: WaitOptions,
    work: (task: Task) => Promise<Result>,
    reach: typeof reachTask = reachTask,
  ): Promise<Result> {
    checkOptions(options, waitChecks);
    const { signal } = options;
    signal?.throwIfAborted();
    this.#requireBundle();
    try {
      await using task = await reach(this.#bundle, this.#place, signal);
      return await work(task);
    } catch (error) {
      signal?.throwIfAborted();
      throw callFailure(this.#bundle, call, error);
    }
  }

  #requireBundle(): void {
    if (!existsSync(this.#bundle.path)) throw notFound(this.id);
  }
}

async function stateFrom(state: ProcessState, cgroup: string): Promise<ContainerState> {
  const isOver = state.status === 'stopped';
  return {
    status: state.status,
    pid: isOver ? undefined : state.pid,
    exit: isOver ? await exitFrom(state, cgroup) : undefined,
  };
}

async function exitFrom(
  { exitStatus, exitedAt }: Pick<ProcessState, 'exitStatus' | 'exitedAt'>,
  cgroup: string,
): Promise<ContainerExit> {
  return {
    exitCode: exitStatus,
    signal: signalOf(exitStatus),
    oomKilled: await isOomKilled(cgroup),
    exitedAt,
  };
}
