import type { Task } from './task.ts';

const SIGKILL = 9;

/** How a container is asked to stop. */
interface StopRequest {
  /** The signal that asks, by number. */
  readonly stopSignal: number;
  readonly graceMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Asks a container to stop, and kills it when it has not in time. Resolves when it has ended. */
export async function stopTask(id: string, task: Task, request: StopRequest): ReturnType<Task['wait']> {
  const { stopSignal, graceMs, signal } = request;
  const { status } = await task.state(id, { signal });
  if (status !== 'stopped') {
    const first = status === 'created' || graceMs === 0 ? SIGKILL : stopSignal;
    await kill(id, task, first);
    if (status === 'paused') await task.resume({ signal });
    if (!(await endsWithin(id, task, graceMs, signal))) await kill(id, task, SIGKILL);
  }
  return task.wait(id, { signal });
}

/** It may have ended just now. */
async function kill(id: string, task: Task, signal: number): Promise<void> {
  await task.kill(id, signal).catch(async (error: unknown) => {
    const { status } = await task.state(id);
    if (status !== 'stopped') throw error;
  });
}

async function endsWithin(
  id: string,
  task: Task,
  graceMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const grace = AbortSignal.timeout(graceMs);
  try {
    await task.wait(id, { signal: signal ? AbortSignal.any([signal, grace]) : grace });
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    if (grace.aborted) return false;
    throw error;
  }
}
