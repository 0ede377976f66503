import { Container } from './container.ts';
import { destroy } from './destroy.ts';
import { launch } from './launch.ts';
import { loadRecord } from './load-record.ts';
import { ensureRecorder, wakeRecorder } from './logs/ensure-recorder.ts';
import { type Lock, tryLock } from './logs/lock.ts';
import { logFiles } from './logs/log-files.ts';
import type { CreateOptions } from './options/container-options.ts';
import { checkCreateOptions } from './options/option-checks.ts';
import { placeOf } from './place.ts';

/**
 * Makes a container that outlives this process; `start()` of it starts its command. Its output goes to its log.
 *
 * @throws {ContainerError} as `run` does. An abort leaves nothing behind; afterwards the signal has no effect.
 */
export async function create(options: CreateOptions): Promise<Container> {
  checkCreateOptions(options);
  const place = placeOf(options);
  const { terminal = false, stdin = false, signal } = options;
  let lock: Lock | undefined;
  try {
    const { bundle, task } = await launch(
      options,
      place,
      { terminal, stdin },
      {
        // Held until the pipes have their other end: an output that nobody has opened yet looks like one that is over.
        pipesMade: async (_, made) => {
          lock = tryLock(logFiles(made).recording, true);
          await ensureRecorder(place); // which takes as long to start as the container
        },
      },
    );
    try {
      lock?.release();
      await wakeRecorder(place);
      signal?.throwIfAborted();
      await task.close();
      return new Container(bundle, place, await loadRecord(bundle));
    } catch (error) {
      await destroy(bundle, place, task);
      throw error;
    }
  } finally {
    lock?.release();
  }
}

/** Makes a container and starts its command. @throws {ContainerError} as `run` does; nothing is left then. */
export async function start(options: CreateOptions): Promise<Container> {
  const container = await create(options);
  try {
    return await container.start({ signal: options.signal });
  } catch (error) {
    await container.remove();
    throw error;
  }
}
