import { statSync } from 'node:fs';

/** What tells a file from the one that takes its place; empty where there is none. */
export function fileIdentity(file: string): string {
  try {
    const { dev, ino, mtimeNs } = statSync(file, { bigint: true });
    return `${dev} ${ino} ${mtimeNs}`;
  } catch {
    return '';
  }
}
