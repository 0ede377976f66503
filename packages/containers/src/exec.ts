import { randomBytes } from 'node:crypto';
import { closeSync, constants } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type Bundle, loadSpec } from '@shimwright/bundle-core';
import { isShimLost } from './call-failure.ts';
import type { CallerStreams } from './caller-streams.ts';
import { openRunningRoot } from './container-root.ts';
import { ContainerError, codeOf } from './errors.ts';
import { failureOf } from './failure.ts';
import { openInRoot } from './open-in-root.ts';
import { badOption } from './options/bad-option.ts';
import { type Checks, checkOptions } from './options/check-options.ts';
import {
  checkAbortSignal,
  checkBoolean,
  checkCommand,
  checkEnv,
  checkFunction,
  checkPath,
  checkText,
} from './options/checks.ts';
import type { OutputOptions, ProcessResult } from './options/container-options.ts';
import { outputChecks } from './options/option-checks.ts';
import { Session } from './run-process.ts';
import { makePipes } from './stdio.ts';
import type { Task } from './task.ts';
import { userIds } from './users.ts';

/** How a command is run in a container that runs. */
export interface ExecOptions extends OutputOptions {
  /** Environment variables, over those of the container. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Who it runs as, as in `ContainerOptions`. @default the container's */
  readonly user?: string | undefined;
  /** The directory it starts in. @default the container's */
  readonly workdir?: string | undefined;
  /** Whether it has a terminal. @default false */
  readonly terminal?: boolean | undefined;
  /** Called when the process runs. */
  readonly onStart?: ((started: StartedProcess) => void) | undefined;
  /** Kills it. */
  readonly signal?: AbortSignal | undefined;
}

/** How a command is run that nobody waits for. */
export type ExecDetachedOptions = Pick<ExecOptions, 'env' | 'user' | 'workdir' | 'signal'>;

/** A process that runs and is waited for. */
export interface StartedProcess {
  /** Sets the size of its terminal. */
  resize(size: { readonly columns: number; readonly rows: number }): Promise<void>;
  /** Sends it a signal, by name or number. */
  kill(signal: string | number): Promise<void>;
}

const detachedChecks: Checks<ExecDetachedOptions> = {
  env: checkEnv,
  user: checkText,
  workdir: checkPath,
  signal: checkAbortSignal,
};

const execChecks: Checks<ExecOptions> = {
  ...outputChecks,
  ...detachedChecks,
  terminal: checkBoolean,
  onStart: checkFunction,
};

/** @throws {ContainerError} `ERR_CONTAINER_ARGUMENT`. */
export function checkExec(args: readonly string[], options: ExecOptions): void {
  checkCommand('args', args);
  checkOptions(options, execChecks);
}

/** @throws {ContainerError} `ERR_CONTAINER_ARGUMENT`. */
export function checkExecDetached(args: readonly string[], options: ExecDetachedOptions): void {
  checkCommand('args', args);
  checkOptions(options, detachedChecks);
}

/** Opens a directory to name it, which takes no right to read it. */
const O_PATH = 0o10000000;

const SIGKILL = 9;
const LIMIT_MS = 30_000;

/** Runs a command to its end; nothing of it is left then. */
export async function execIn(
  bundle: Bundle,
  task: Task,
  args: readonly string[],
  options: ExecOptions,
  streams: CallerStreams,
  started: (process: string) => StartedProcess,
): Promise<ProcessResult> {
  const { signal, terminal = false } = options;
  signal?.throwIfAborted();
  const process = `exec-${randomBytes(6).toString('hex')}`;
  const directory = path.join(bundle.path, process);
  let session: Session | undefined;
  let isMade = false;
  try {
    const spec = await processSpec(bundle, task, args, options);
    const stdio = await makePipes(directory, { terminal, stdin: options.stdin !== undefined });
    session = new Session(stdio, options, streams);
    isMade = true;
    await task.exec(process, { ...stdio, terminal, spec }, { signal });
    return await session.run(task, process, signal, () => options.onStart?.(started(process)));
  } catch (error) {
    signal?.throwIfAborted();
    throw await execFailure(bundle, task, error);
  } finally {
    session?.close();
    if (isMade) await endProcess(task, process);
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Starts a command without input, whose output goes nowhere. Its entry stays with the shim until the container is removed.
 *
 * @returns its process id, as this machine sees it.
 */
export async function execDetachedIn(
  bundle: Bundle,
  task: Task,
  args: readonly string[],
  options: ExecDetachedOptions,
): Promise<number> {
  const { signal } = options;
  signal?.throwIfAborted();
  const process = `exec-${randomBytes(6).toString('hex')}`;
  try {
    const spec = await processSpec(bundle, task, args, options);
    await task.exec(process, { stdin: '', stdout: '', stderr: '', terminal: false, spec }, { signal });
    return await task.start(process, { signal });
  } catch (error) {
    await endProcess(task, process);
    signal?.throwIfAborted();
    throw await execFailure(bundle, task, error);
  }
}

/** A container that ended meanwhile lets the runtime fail in words of many kinds. */
async function execFailure({ id }: Bundle, task: Task, error: unknown): Promise<unknown> {
  if (isShimLost(error)) return error;
  const failure = failureOf(error, id);
  if (codeOf(failure) !== 'ERR_CONTAINER_CREATE') return failure;
  const { status } = await task
    .state(id, { signal: AbortSignal.timeout(LIMIT_MS) })
    .catch(() => ({ status: '' }));
  if (status !== 'stopped') return failure;
  return new ContainerError('ERR_CONTAINER_STATE', `${id} has ended`, { id, cause: error });
}

async function endProcess(task: Task, process: string): Promise<void> {
  const options = { signal: AbortSignal.timeout(LIMIT_MS) };
  const state = await task.state(process, options).catch(() => undefined);
  if (state && state.status !== 'stopped' && state.pid > 0) {
    await task.kill(process, SIGKILL, options).catch(() => {}); // it may have ended just now
    await task.wait(process, options).catch(() => {});
  }
  await task.deleteProcess(process, options).catch(() => {}); // it may never have been made, or have gone with the container
}

/** The container's own process, with what is asked for instead. */
async function processSpec(
  bundle: Bundle,
  task: Task,
  args: readonly string[],
  options: ExecOptions,
): Promise<object> {
  const { process } = await loadSpec(bundle);
  if (!process)
    throw new ContainerError('ERR_CONTAINER_STATE', `${bundle.id} has no process`, { id: bundle.id });
  const { env = {}, user, workdir, terminal = false } = options;
  if (workdir !== undefined) await inRoot(bundle.id, task, (root) => requireDirectory(root, workdir));
  const isGiven = (variable: string) => Object.hasOwn(env, variable.slice(0, variable.indexOf('=')));
  return {
    ...process,
    args,
    terminal,
    cwd: workdir ?? process.cwd,
    env: [
      ...(process.env ?? []).filter((variable) => !isGiven(variable)),
      ...(terminal && !process.terminal && !Object.hasOwn(env, 'TERM') ? ['TERM=xterm'] : []),
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ],
    ...(user !== undefined && { user: await inRoot(bundle.id, task, (root) => userIds(root, user)) }),
  };
}

/** Looks at something in the root that the processes of a container see. */
async function inRoot<Result>(
  id: string,
  task: Task,
  look: (root: number) => Result | Promise<Result>,
): Promise<Result> {
  const root = await openRunningRoot(id, task);
  if (root === undefined) throw new ContainerError('ERR_CONTAINER_STATE', `${id} has ended`, { id });
  try {
    return await look(root);
  } finally {
    closeSync(root);
  }
}

/** The runtimes have words of their own for it, one of which reads like a command that is missing. */
function requireDirectory(root: number, workdir: string): void {
  try {
    closeSync(openInRoot(root, workdir, constants.O_DIRECTORY | O_PATH));
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT' && codeOf(cause) !== 'ENOTDIR') return; // the runtime tells
    throw badOption('workdir', `names ${workdir}, which is no directory in the container`, cause);
  }
}
