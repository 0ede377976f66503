import { existsSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { cleanEnvironment } from '@shimwright/linux-native';
import { isOciRuntimeError, OciRuntime, type OciRuntimeError } from '@shimwright/oci-runtime';
import { messageOf, TaskError } from './errors.ts';
import type { RuntimeChoice } from './requests.ts';
import { spawnRuntime, spawnRuntimeIn } from './spawn-runtime.ts';

// One step of runc waits for the other: with a single thread for Go's code it takes a twentieth less time.
const THREADS = { GOMAXPROCS: '1' };

/** How long one run of the OCI runtime may take, in milliseconds. What makes something may have to wait for hooks. */
const LIMITS = { making: 300_000, saving: 3_600_000, asking: 30_000 } as const;

/** Which limit holds for a call. */
export type LimitKind = keyof typeof LIMITS;

/** The OCI runtime of one choice, for the containers of one bundle. */
export function runtimeOf({ command, root, systemdCgroup, criu }: RuntimeChoice, bundle: string): OciRuntime {
  const isThere = existsSync(bundle);
  return new OciRuntime({
    command: command || undefined,
    root,
    systemdCgroup,
    criu: criu || undefined,
    log: isThere ? path.join(bundle, 'log.json') : undefined,
    spawn: isThere ? spawnRuntimeIn(bundle) : spawnRuntime,
    // What a shim that is killed meanwhile leaves there goes with the bundle.
    tempDir: isThere ? bundle : undefined,
    env: { ...withoutOwn(), ...THREADS },
  });
}

/** What this program has in its environment is its own: the hooks of everybody's containers would read it. */
function withoutOwn(): Record<string, undefined> {
  const passed = cleanEnvironment();
  const own = Object.keys(process.env).filter((name) => !(name in passed));
  return Object.fromEntries(own.map((name) => [name, undefined]));
}

/** What a call of the runtime is about. */
export interface BoundedCall {
  /** How its failure is told, such as `OCI runtime start failed`. */
  readonly doing: string;
  readonly limit: LimitKind;
  /** Where the runtime writes; undefined where it writes nothing. */
  readonly bundle?: string;
  /** What ends it besides the limit: who asked for it, and the end of the container. */
  readonly signals: readonly (AbortSignal | undefined)[];
}

/**
 * Runs the OCI runtime, and never for longer than the limit, nor than those who wait want to wait.
 *
 * @throws the reason of a signal that was aborted.
 * @throws {TaskError} `ERR_TASK_TIMEOUT`; `ERR_TASK_RUNTIME` with the runtime's own words.
 */
export async function bounded<Result>(
  { doing, limit, signals, bundle }: BoundedCall,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ms = LIMITS[limit];
  const controller = new AbortController();
  const timeout = new TaskError(
    'ERR_TASK_TIMEOUT',
    `${doing}: the OCI runtime was ended after ${ms / 1e3} seconds`,
  );
  const timer = setTimeout(() => controller.abort(timeout), ms);
  // By hand: what AbortSignal.any makes would stay with a signal that lives as long as the container.
  const release = signals.map((signal) => follow(controller, signal));
  try {
    return await call(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? error : runtimeFailure(doing, error, bundle);
  } finally {
    clearTimeout(timer);
    for (const each of release) each();
  }
}

/** Whether a failure leaves open what the runtime has done: it was cut short. */
export function isCutShort(error: unknown): boolean {
  return !(error instanceof TaskError) || error.code === 'ERR_TASK_TIMEOUT';
}

function follow(controller: AbortController, signal: AbortSignal | undefined): () => void {
  if (!signal) return () => {};
  const onAbort = () => controller.abort(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return () => signal.removeEventListener('abort', onAbort);
}

/** A failure of the OCI runtime in the words of containerd's shims: what was done, then the runtime's own last error. */
function runtimeFailure(doing: string, error: unknown, bundle: string | undefined): TaskError {
  const words = isOciRuntimeError(error) ? wordsOf(error) + whyNoWord(error, bundle) : messageOf(error);
  return new TaskError('ERR_TASK_RUNTIME', `${doing}: ${words}`, { cause: error });
}

function wordsOf(error: OciRuntimeError): string {
  if (error.code === 'ERR_RUNTIME_NOT_FOUND' && error.command !== undefined) return missing(error.command);
  return error.log.findLast(({ level }) => level === 'error')?.message.trim() ?? error.message;
}

/** A runtime that cannot write its log cannot say that it has no space for what it writes. */
function whyNoWord({ log }: OciRuntimeError, bundle: string | undefined): string {
  const isFull = log.length === 0 && bundle !== undefined && hasNoSpace(bundle);
  return isFull ? `: ENOSPC: no space left on device, ${bundle}` : '';
}

function hasNoSpace(directory: string): boolean {
  try {
    return statfsSync(directory).bavail === 0;
  } catch {
    return false; // it is gone
  }
}

/** A program that is missing, as Go tells it: clients match these words. */
function missing(command: string): string {
  return command.includes('/')
    ? `fork/exec ${command}: no such file or directory`
    : `exec: "${command}": executable file not found in $PATH`;
}
