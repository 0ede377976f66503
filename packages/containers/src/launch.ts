import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import path from 'node:path';
import { type Bundle, newBundle, type RunnableSpec } from '@shimwright/bundle-core';
import { destroy } from './destroy.ts';
import { failureOf } from './failure.ts';
import type { ContainerOptions } from './options/container-options.ts';
import { PIPES } from './pipes.ts';
import { bundleOf, type Place, preparePlace } from './place.ts';
import { annotationsOf } from './record.ts';
import { prepareRoot, rootPath } from './root/prepare-root.ts';
import { type RootSource, rootSource } from './root/root-source.ts';
import { specOf } from './spec-of.ts';
import { makePipes, type PipesWanted } from './stdio.ts';
import { type RootfsMount, type StdioPaths, startTask, type Task } from './task.ts';
import { userIds } from './users.ts';

/** What a container is made from, whoever reads its output. */
export interface LaunchOptions extends ContainerOptions {
  readonly maxLogBytes?: number | undefined;
}

/** A container whose first process waits to be started. */
export interface Launched {
  readonly bundle: Bundle;
  readonly task: Task;
  readonly stdio: StdioPaths;
}

/** What is done on the way. */
export interface LaunchSteps {
  /** Called when the pipes are there and nobody has opened them: this side must be open before the other. */
  readonly pipesMade: (stdio: StdioPaths, bundle: Bundle) => void | Promise<void>;
}

/**
 * Makes a container. Whatever fails, and wherever it is aborted, nothing is left of it.
 *
 * @throws {ContainerError} see `failureOf`; the signal's reason on an abort.
 */
export async function launch(
  options: LaunchOptions,
  place: Place,
  pipes: PipesWanted,
  steps: LaunchSteps,
): Promise<Launched> {
  const { signal } = options;
  signal?.throwIfAborted();
  const id = options.name ?? randomBytes(6).toString('hex');
  const bundle = bundleOf(place, id);
  let isOurs = false;
  let task: Task | undefined;
  try {
    await preparePlace(place);
    const source = await rootSource(options, place);
    signal?.throwIfAborted();
    const spec = await containerSpec(bundle, place, options, source);
    await newBundle({ id, path: place.bundles, workDir: place.work, spec, ...(signal && { signal }) });
    isOurs = true;
    const { workDir } = bundle;
    const { readonly = false, diskBytes } = options;
    const [rootfs, started] = await bothOrNone(
      prepareRoot({ source: source.directory, workDir, readonly, diskBytes, signal }),
      startTask(bundle, place, signal),
    );
    task = started;
    const stdio = await makePipes(path.join(bundle.path, PIPES), pipes);
    await steps.pipesMade(stdio, bundle);
    signal?.throwIfAborted();
    await task.create({ rootfs, terminal: pipes.terminal, ...stdio }, { signal });
    signal?.throwIfAborted();
    return { bundle, task, stdio };
  } catch (error) {
    if (isOurs) await destroy(bundle, place, task);
    signal?.throwIfAborted();
    throw failureOf(error, id);
  }
}

/** Both at once; where one fails the other is waited for, and what it made is for the caller to remove. */
async function bothOrNone(root: Promise<RootfsMount[]>, task: Promise<Task>): Promise<[RootfsMount[], Task]> {
  const [prepared, started] = await Promise.allSettled([root, task]);
  if (prepared.status === 'fulfilled' && started.status === 'fulfilled')
    return [prepared.value, started.value];
  if (started.status === 'fulfilled') await started.value.close();
  throw prepared.status === 'rejected' ? prepared.reason : (started as PromiseRejectedResult).reason;
}

async function containerSpec(
  { id, workDir }: Bundle,
  place: Place,
  options: LaunchOptions,
  source: RootSource,
): Promise<RunnableSpec> {
  const { defaults, directory } = source;
  const entrypoint = options.entrypoint ?? defaults.entrypoint;
  // As in docker: whoever gives another entrypoint does not want the image's arguments.
  const args = options.args ?? (options.entrypoint ? [] : defaults.cmd);
  const user = options.user ?? defaults.user;
  const stopSignal = options.stopSignal ?? (defaults.stopSignal || 'SIGTERM');
  return specOf({
    ...{ id, place, options },
    args: [...entrypoint, ...args],
    env: mergedEnv(defaults.env, options.env ?? {}),
    workdir: options.workdir ?? (defaults.workdir || '/'),
    user: user === '' ? undefined : withRoot(directory, (root) => userIds(root, user)),
    rootPath: rootPath({ source: directory, workDir, readonly: options.readonly ?? false }),
    annotations: annotationsOf({
      createdAt: new Date(),
      image: source.image,
      rootfs: source.rootfs,
      stopSignal,
      maxLogBytes: options.maxLogBytes,
      labels: options.labels ?? {},
    }),
  });
}

function withRoot<Result>(directory: string, work: (root: number) => Result): Result {
  const root = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return work(root);
  } finally {
    closeSync(root);
  }
}

/** The image's variables with those given over them. */
function mergedEnv(image: readonly string[], given: Readonly<Record<string, string>>): string[] {
  const isGiven = (variable: string) => Object.hasOwn(given, variable.slice(0, variable.indexOf('=')));
  return [
    ...image.filter((variable) => variable.indexOf('=') > 0 && !isGiven(variable)),
    ...Object.entries(given).map(([name, value]) => `${name}=${value}`),
  ];
}
