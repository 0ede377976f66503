/**
 * Keeps this process up when something fails that nobody holds: what concerns one container must not end the others. It is
 * told, with where it comes from. That holds for a broken stdout and stderr too, should anything but our own log write there.
 */
export function holdWhatNobodyHolds(log: (message: string) => void): void {
  process.on('uncaughtException', (error, origin) => log(`${origin}: ${textOf(error)}`));
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
