import { constants, openSync, writeSync } from 'node:fs';
import { setNonBlocking } from '@shimwright/linux-native';

const STDERR = 2;

let descriptor: number | undefined;

/**
 * Writes a line to the log of this process, its stderr. Whatever has become of that, nothing waits and nothing fails: a manager
 * that is down has its end closed, a disk may be full, and a pipe that nobody reads takes no more.
 */
export function log(message: string): void {
  write(`${new Date().toISOString()} ${message}\n`);
}

/** Writes text as it is, likewise. */
export function write(text: string): void {
  try {
    descriptor ??= openStderr();
    writeSync(descriptor, text);
  } catch {
    // There is nobody left to tell.
  }
}

/** The same pipe or file, opened anew: that writes do not wait would else hold for all who have it. */
function openStderr(): number {
  try {
    const { O_WRONLY, O_NONBLOCK, O_APPEND } = constants;
    return openSync(`/proc/self/fd/${STDERR}`, O_WRONLY | O_NONBLOCK | O_APPEND);
  } catch {
    setNonBlocking(STDERR, true); // a socket cannot be opened by its name
    return STDERR;
  }
}
