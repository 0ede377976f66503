import { memberAtWork } from '../shared/member-scope.ts';

/**
 * Keeps this process up when something fails that nobody holds: what concerns one container must not end the others. It is
 * told, with where it comes from, and the shim in whose work it came up is given up: nobody knows what it had still to do. That
 * holds for a broken stdout and stderr too, should anything but our own log write there.
 */
export function holdWhatNobodyHolds(log: (message: string) => void): void {
  process.on('uncaughtException', (error, origin) => {
    const member = memberAtWork();
    log(`${origin}: ${textOf(error)}`);
    try {
      member?.giveUp();
    } catch (failure) {
      log(`cannot give up what that concerns: ${textOf(failure)}`);
    }
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
