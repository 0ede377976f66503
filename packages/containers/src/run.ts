import { CallerStreams } from './caller-streams.ts';
import { destroy } from './destroy.ts';
import { failureOf } from './failure.ts';
import { launch } from './launch.ts';
import { isOomKilled } from './oom-killed.ts';
import type { RunOptions, RunResult } from './options/container-options.ts';
import { checkRunOptions } from './options/option-checks.ts';
import { placeOf } from './place.ts';
import { Session } from './run-process.ts';
import { cgroupOf } from './spec-of.ts';

/**
 * Runs a command in a container of its own to its end, and gives back what it said. Nothing of the container is left then,
 * however it ended.
 *
 * An exit code other than 0 is no error. With a `stdin` that is a stream, its end is the end of the input.
 *
 * @throws {ContainerError} `ERR_CONTAINER_ARGUMENT` before anything is made; `ERR_CONTAINER_COMMAND` for a command that is not there or
 * cannot be run; `ERR_CONTAINER_EXISTS` for a name that is taken; `ERR_CONTAINER_RUNTIME`, `ERR_CONTAINER_USER`,
 * `ERR_CONTAINER_ROOTLESS`, `ERR_CONTAINER_CREATE`. Rejects with the signal's reason on an abort.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  checkRunOptions(options);
  const place = placeOf(options);
  const { signal, terminal = false } = options;
  using streams = new CallerStreams(options);
  let session: Session | undefined;
  try {
    const pipes = { terminal, stdin: options.stdin !== undefined };
    const { bundle, task } = await launch(options, place, pipes, {
      pipesMade: (stdio) => {
        session = new Session(stdio, options, streams);
      },
    });
    try {
      if (!session) throw new TypeError('the pipes were not opened');
      const result = await session.run(task, bundle.id, signal);
      return { ...result, oomKilled: await isOomKilled(cgroupOf(place, bundle.id)) };
    } catch (error) {
      signal?.throwIfAborted();
      throw failureOf(error, bundle.id);
    } finally {
      await destroy(bundle, place, task);
    }
  } finally {
    session?.close();
  }
}
