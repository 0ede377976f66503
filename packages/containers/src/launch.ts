import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { type Bundle, newBundle, type RunnableSpec } from '@shimwright/bundle-core';
import { destroy } from './destroy.ts';
import { failureOf } from './failure.ts';
import type { ContainerOptions } from './options/container-options.ts';
import { PIPES } from './pipes.ts';
import { bundleOf, type Place, preparePlace } from './place.ts';
import { pruneEvents } from './prune-events.ts';
import { annotationsOf } from './record.ts';
import { requireNetwork } from './require-network.ts';
import { requireRuntime } from './require-runtime.ts';
import type { ContainerFiles } from './root/container-files.ts';
import { directoryFiles } from './root/directory-files.ts';
import { imageFiles } from './root/image-files.ts';
import { specOf } from './spec-of.ts';
import { makePipes, type PipesWanted } from './stdio.ts';
import { type RootfsMount, type StdioPaths, startTask, type Task } from './task.ts';

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
  let files: ContainerFiles | undefined;
  let isOurs = false;
  let task: Task | undefined;
  try {
    requireRuntime(place);
    if (options.network !== undefined) await requireNetwork(options.network);
    await preparePlace(place);
    await pruneEvents(place.daemonAddress);
    files = await filesOf(options, bundle, place);
    signal?.throwIfAborted();
    const spec = await containerSpec(id, place, options, files);
    await newBundle({ id, path: place.bundles, workDir: place.work, spec, ...(signal && { signal }) });
    isOurs = true;
    const [rootfs, started] = await bothOrNone(files.prepare(signal), startTask(bundle, place, signal));
    task = started;
    const stdio = await makePipes(path.join(bundle.path, PIPES), pipes);
    await steps.pipesMade(stdio, bundle);
    signal?.throwIfAborted();
    await task.create({ rootfs, terminal: pipes.terminal, ...stdio }, { signal });
    signal?.throwIfAborted();
    return { bundle, task, stdio };
  } catch (error) {
    if (isOurs) await destroy(bundle, place, task);
    else await files?.discard();
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

function filesOf(options: LaunchOptions, bundle: Bundle, place: Place): Promise<ContainerFiles> {
  const { image, rootfs } = options;
  if (rootfs !== undefined) return directoryFiles(rootfs, options, bundle);
  return imageFiles(String(image), options, bundle, place);
}

function containerSpec(
  id: string,
  place: Place,
  options: LaunchOptions,
  files: ContainerFiles,
): Promise<RunnableSpec> {
  const { image, rootfs, stopSignal } = files;
  const { maxLogBytes, labels = {} } = options;
  const annotations = annotationsOf({
    createdAt: new Date(),
    image,
    rootfs,
    stopSignal,
    maxLogBytes,
    labels,
  });
  return specOf({ id, place, options, files, annotations });
}
