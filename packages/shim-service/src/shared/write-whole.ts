import { rmSync, writeFileSync } from 'node:fs';

/** Writes a file that only its owner can read, or leaves none: half of it would be taken for all. */
export function writeWhole(file: string, content: Uint8Array): void {
  try {
    writeFileSync(file, content, { mode: 0o600 });
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}
