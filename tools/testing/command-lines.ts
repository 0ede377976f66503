import { readdirSync, readFileSync } from 'node:fs';

/** The command lines of all processes, words apart by a space; a machine may lack `ps`. */
export function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      } catch {
        return ''; // it ended meanwhile
      }
    });
}
