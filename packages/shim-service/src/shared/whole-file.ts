import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Writes a file that appears whole or not at all. It is not flushed to the disk: what it is about is gone as well after
 * a crash of the machine.
 */
export function writeWhole(file: string, content: string | Uint8Array, mode = 0o600): void {
  const written = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`);
  writeFileSync(written, content, { mode });
  renameSync(written, file);
}
