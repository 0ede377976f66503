import { closeSync, constants, openSync, writeSync } from 'node:fs';
import path from 'node:path';

/**
 * Writes a line to the FIFO `log` of a bundle, which the daemon copies into its own log. Nothing waits and nothing fails:
 * where nobody reads, or the FIFO is full, the line is lost.
 */
export function logToBundle(bundle: string, message: string): void {
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
    const fifo = openSync(path.join(bundle, 'log'), O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
    try {
      writeSync(
        fifo,
        `time=${JSON.stringify(new Date().toISOString())} level=info msg=${JSON.stringify(message)}\n`,
      );
    } finally {
      closeSync(fifo);
    }
  } catch {
    // There is nobody to tell.
  }
}
