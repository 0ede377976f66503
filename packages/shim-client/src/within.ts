import { setTimeout as delay } from 'node:timers/promises';

/**
 * The outcome of `promise` if that comes within some milliseconds; else undefined. The program does not end while it
 * waits: its caller is to have an answer.
 */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const timer = new AbortController();
  const late = delay(ms, undefined, { signal: timer.signal });
  late.catch(() => {}); // of the abort
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}
