import { access } from 'node:fs';

let areStarted = false;

/**
 * Starts the threads of libuv's pool, in which files are opened and file systems mounted. libuv starts them with the first work there
 * is, all at once, and ends the process where it cannot: a process that serves many would end because of one who needs them when no
 * thread can be started. Call it when such a process begins. A second time it does nothing.
 */
export function startThreads(): void {
  if (areStarted) return;
  areStarted = true;
  access('/', () => {});
}
