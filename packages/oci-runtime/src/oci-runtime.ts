import { throwIfAborted } from './call-end.ts';
import type {
  Ended,
  RuntimeCallOptions,
  RuntimeCheckpointOptions,
  RuntimeCreateOptions,
  RuntimeDeleteOptions,
  RuntimeEventsOptions,
  RuntimeExecOptions,
  RuntimeKillOptions,
  RuntimeRestoreOptions,
  RuntimeRunOptions,
  Started,
} from './calls/call-options.ts';
import {
  checkpointCall,
  createCall,
  deleteCall,
  generalCall,
  killCall,
  printingCall,
  quietCall,
  restoreCall,
  runCall,
  stateCall,
  updateCall,
} from './calls/container-calls.ts';
import { execCall } from './calls/exec-call.ts';
import { flags } from './calls/flags.ts';
import type { Invocation } from './calls/invocation.ts';
import type { ProcessSpec, Resources } from './calls/specs.ts';
import { validCall } from './calls/valid-call.ts';
import { type ChosenRuntime, chooseRuntime } from './choice/choose-runtime.ts';
import { knownFeatures, unsupported } from './choice/known-features.ts';
import { hasCode } from './errors.ts';
import { Invoker } from './invoker.ts';
import {
  type ContainerEvent,
  type ContainerStats,
  parseEvent,
  parseStats,
} from './output/container-events.ts';
import { type ContainerState, parsePids, parseState, parseStates } from './output/container-state.ts';
import { parseFeatures, type RuntimeFeatures } from './output/runtime-features.ts';
import { parseVersion, type RuntimeVersion } from './output/runtime-version.ts';
import type { Outcome } from './run.ts';
import { type OciRuntimeOptions, type RuntimeSettings, withDefaults } from './runtime-options.ts';
import { validCount } from './validate.ts';

/**
 * Calls an OCI runtime: runc, crun or another with the same command line.
 *
 * Every call is one run of the runtime. It rejects with an {@link OciRuntimeError} that has the runtime's own words, or,
 * if aborted, with the signal's reason. Invalid arguments are found before anything is started. An object of this class
 * holds nothing that you would have to close.
 */
export class OciRuntime {
  readonly #options: OciRuntimeOptions;
  readonly #settings: RuntimeSettings;
  readonly #invoker: Invoker;
  #chosen: ChosenRuntime | undefined;

  /**
   * Nothing is started, loaded or looked for yet.
   *
   * @throws {OciRuntimeError} `ERR_RUNTIME_ARGUMENT`.
   */
  constructor(options: OciRuntimeOptions = {}) {
    this.#settings = withDefaults(options);
    this.#options = { ...options };
    this.#invoker = new Invoker(this.#settings, async (signal) => (await this.#choose(signal)).command);
  }

  /**
   * Which runtime the calls go to, and why. With `command: 'auto'`, crun is tried for that, once in a process: a
   * container is made, whose process is never started, and deleted.
   *
   * @throws {OciRuntimeError} `ERR_RUNTIME_NOT_FOUND`.
   */
  async chosen(options: RuntimeCallOptions = {}): Promise<ChosenRuntime> {
    return this.#choose(validCall(options).signal);
  }

  /**
   * Makes a container, whose process waits for {@link start}. Its standard streams are those given here:
   * the runtime's own, which is why what it has to say comes from its log alone.
   *
   * An abort deletes what is made, even when the runtime is stuck in a hook or at the console socket.
   *
   * @throws {OciRuntimeError} `ERR_RUNTIME_EXISTS`; `ERR_RUNTIME_FAILED` for a specification it refuses.
   */
  async create(id: string, options: RuntimeCreateOptions): Promise<Started> {
    const call = createCall(id, validCall(options));
    await this.#mustHave(call, options);
    return started(await this.#invoker.invoke(call, options));
  }

  /**
   * Starts the process of a container that was made. Aborted, it may have started or not: see {@link state}.
   *
   * @throws {OciRuntimeError} `ERR_RUNTIME_STATE` unless it is `created`; `ERR_RUNTIME_NOT_EXIST`.
   */
  async start(id: string, options: RuntimeCallOptions = {}): Promise<void> {
    await this.#invoker.invoke(quietCall('start', id), validCall(options));
  }

  /**
   * Makes and starts a container. Detached, it resolves when it has started; else when its process has ended
   * and it is deleted. A status other than zero is the process's own, and no error.
   *
   * An abort kills the container and deletes it.
   *
   * @throws {OciRuntimeError} `ERR_RUNTIME_EXISTS`; `ERR_RUNTIME_FAILED` for a specification it refuses, or a command that is not there.
   */
  run(id: string, options: RuntimeRunOptions & { readonly detach: true }): Promise<Started>;
  run(id: string, options: RuntimeRunOptions & { readonly detach?: false | undefined }): Promise<Ended>;
  async run(id: string, options: RuntimeRunOptions): Promise<Started | Ended> {
    const call = runCall(id, validCall(options));
    await this.#mustHave(call, options);
    const outcome = await this.#invoker.invoke(call, options);
    return options.detach ? started(outcome) : ended(outcome);
  }

  /** The state of a container. @throws {OciRuntimeError} `ERR_RUNTIME_NOT_EXIST`. */
  async state(id: string, options: RuntimeCallOptions = {}): Promise<ContainerState> {
    return this.#invoker.query(stateCall(id), validCall(options), parseState);
  }

  /**
   * Starts a process in a running container: a command, as the container's own user and in its environment,
   * or a whole specification, which the runtime reads from a private file. Detached, it resolves when the
   * process has started; else when it has ended. A status other than zero is the process's own, and no error.
   *
   * An abort kills the process and all below it. What left its process tree is the container's.
   *
   * @throws {OciRuntimeError} `ERR_RUNTIME_STATE` unless it is `created` or `running`; `ERR_RUNTIME_NOT_EXIST`; `ERR_RUNTIME_FAILED` for a command that is not there.
   */
  exec(
    id: string,
    process: readonly string[] | ProcessSpec,
    options: RuntimeExecOptions & { readonly detach: true },
  ): Promise<Started>;
  exec(
    id: string,
    process: readonly string[] | ProcessSpec,
    options?: RuntimeExecOptions & { readonly detach?: false | undefined },
  ): Promise<Ended>;
  async exec(
    id: string,
    process: readonly string[] | ProcessSpec,
    options: RuntimeExecOptions = {},
  ): Promise<Started | Ended> {
    const outcome = await this.#invoker.invoke(execCall(id, process, validCall(options)), options);
    return options.detach ? started(outcome) : ended(outcome);
  }

  /**
   * Sends a signal to the first process of a container, or to all of its processes.
   *
   * @throws {OciRuntimeError} `ERR_RUNTIME_STATE` when it has stopped, where the runtime says so; `ERR_RUNTIME_NOT_EXIST`.
   */
  async kill(
    id: string,
    signal: NodeJS.Signals | number = 'SIGTERM',
    options: RuntimeKillOptions = {},
  ): Promise<void> {
    await this.#invoker.invoke(killCall(id, signal, validCall(options)), options);
  }

  /**
   * Deletes a container that is not running: its cgroup and its state, but not its bundle.
   *
   * @throws {OciRuntimeError} `ERR_RUNTIME_STATE` while it runs; `ERR_RUNTIME_NOT_EXIST`; neither with `force`.
   */
  async delete(id: string, options: RuntimeDeleteOptions = {}): Promise<void> {
    await this.#invoker.invoke(deleteCall(id, validCall(options)), options);
  }

  /** Freezes all processes of a container. @throws {OciRuntimeError} `ERR_RUNTIME_STATE` unless it runs (crun: no error when paused); `ERR_RUNTIME_NOT_EXIST`. */
  async pause(id: string, options: RuntimeCallOptions = {}): Promise<void> {
    await this.#invoker.invoke(quietCall('pause', id), validCall(options));
  }

  /** Lets a paused container go on. @throws {OciRuntimeError} `ERR_RUNTIME_STATE` unless it is paused (crun: no error); `ERR_RUNTIME_NOT_EXIST`. */
  async resume(id: string, options: RuntimeCallOptions = {}): Promise<void> {
    await this.#invoker.invoke(quietCall('resume', id), validCall(options));
  }

  /** Changes the limits of a container. @throws {OciRuntimeError} `ERR_RUNTIME_NOT_EXIST`; `ERR_RUNTIME_FAILED` for what the kernel refuses. */
  async update(id: string, resources: Resources, options: RuntimeCallOptions = {}): Promise<void> {
    await this.#invoker.invoke(updateCall(id, resources), validCall(options));
  }

  /** The ids of all processes of a container, as this program sees them. @throws {OciRuntimeError} `ERR_RUNTIME_NOT_EXIST`. */
  async ps(id: string, options: RuntimeCallOptions = {}): Promise<readonly number[]> {
    return this.#invoker.query(printingCall('ps', id, ['--format=json']), validCall(options), parsePids);
  }

  /**
   * What happens to a container, with its statistics at intervals, until it is gone. The runtime runs as long
   * as the iteration lasts; breaking out of it ends it, as an abort does, which throws the signal's reason.
   *
   * @throws {OciRuntimeError} `ERR_RUNTIME_NOT_EXIST`; `ERR_RUNTIME_STATE` when it has stopped; `ERR_RUNTIME_UNSUPPORTED` with crun.
   */
  events(id: string, options: RuntimeEventsOptions = {}): AsyncGenerator<ContainerEvent, void, undefined> {
    const { intervalMs = 5000 } = validCall(options);
    const own = flags({ interval: `${validCount(intervalMs, 'intervalMs')}ms` });
    return this.#invoker.lines(printingCall('events', id, own), options, parseEvent);
  }

  /** What a container uses at this moment. @throws {OciRuntimeError} `ERR_RUNTIME_NOT_EXIST`; `ERR_RUNTIME_STATE` when it has stopped; `ERR_RUNTIME_UNSUPPORTED` with crun. */
  async stats(id: string, options: RuntimeCallOptions = {}): Promise<ContainerStats> {
    return this.#invoker.query(printingCall('events', id, ['--stats']), validCall(options), parseStats);
  }

  /** Saves the state of a running container by criu. @throws {OciRuntimeError} `ERR_RUNTIME_FAILED` where criu fails; `ERR_RUNTIME_UNSUPPORTED` for a runtime without it. */
  async checkpoint(id: string, options: RuntimeCheckpointOptions): Promise<void> {
    const call = checkpointCall(id, validCall(options));
    await this.#mustHave(call, options);
    await this.#invoker.invoke(call, options);
  }

  /**
   * Makes a running container of a state that was saved; see {@link run} for when it resolves. An abort kills
   * the container and deletes it.
   *
   * @throws {OciRuntimeError} `ERR_RUNTIME_FAILED` where criu fails; `ERR_RUNTIME_UNSUPPORTED` for a runtime without it.
   */
  restore(id: string, options: RuntimeRestoreOptions & { readonly detach: true }): Promise<Started>;
  restore(
    id: string,
    options: RuntimeRestoreOptions & { readonly detach?: false | undefined },
  ): Promise<Ended>;
  async restore(id: string, options: RuntimeRestoreOptions): Promise<Started | Ended> {
    const call = restoreCall(id, validCall(options));
    await this.#mustHave(call, options);
    const outcome = await this.#invoker.invoke(call, options);
    return options.detach ? started(outcome) : ended(outcome);
  }

  /** All containers of the state directory. */
  async list(options: RuntimeCallOptions = {}): Promise<readonly ContainerState[]> {
    return this.#invoker.query(generalCall('list', ['--format=json']), validCall(options), parseStates);
  }

  /** Which runtime this is. */
  async version(options: RuntimeCallOptions = {}): Promise<RuntimeVersion> {
    return this.#invoker.query(generalCall('--version'), validCall(options), parseVersion);
  }

  /** What the runtime can do. @throws {OciRuntimeError} `ERR_RUNTIME_UNSUPPORTED` with a runc before 1.1 or a crun before 1.8.6. */
  async features(options: RuntimeCallOptions = {}): Promise<RuntimeFeatures> {
    return this.#invoker.query(generalCall('features'), validCall(options), parseFeatures);
  }

  async #choose(signal: AbortSignal | undefined): Promise<ChosenRuntime> {
    this.#chosen ??= await chooseRuntime(this.#options, this.#settings.env['PATH'], signal);
    return this.#chosen;
  }

  /** Refuses what the runtime says that it cannot do. Nothing is asked for what every runtime can. */
  async #mustHave({ call, id = '' }: Invocation, { signal }: RuntimeCallOptions): Promise<void> {
    const needsCriu = call === 'checkpoint' || call === 'restore';
    const { systemdCgroup } = this.#settings;
    if (!needsCriu && !systemdCgroup) return;
    const { command } = await this.#choose(signal);
    const features = await knownFeatures(this.#invoker, command, signal);
    if (needsCriu && features?.checkpoint === false) throw unsupported(call, id, command, 'criu');
    if (systemdCgroup && features?.linux.cgroup?.systemd === false) {
      throw unsupported(call, id, command, 'the systemd cgroup driver');
    }
    // What a runtime says of a call that it does not know would go to the stderr of the container.
    if (call === 'restore' && !features) await this.#mustKnow(call, signal);
  }

  async #mustKnow(call: string, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#invoker.query(generalCall(call, ['--help']), { signal }, () => {});
    } catch (error) {
      throwIfAborted(signal);
      if (hasCode(error, 'ERR_RUNTIME_UNSUPPORTED')) throw error;
    }
  }
}

function started({ pid, log }: Outcome): Started {
  return { pid: Number(pid), log };
}

function ended({ pid, exitCode, log }: Outcome): Ended {
  return { pid: Number(pid), exitCode, log };
}
