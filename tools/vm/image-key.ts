import { createHash } from 'node:crypto';
import { PACKAGES, type System } from './systems.ts';

/** A file that is put into an image. */
export interface GuestFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** Names an image by all that it is made of: the same key means the same image. */
export function imageKey(system: System, files: readonly GuestFile[]): string {
  const parts = [
    system.suite,
    PACKAGES,
    system.aptOptions,
    files.map(({ path, content, mode }) => [path, content, mode]),
  ];
  return `${system.suite}-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)}`;
}
