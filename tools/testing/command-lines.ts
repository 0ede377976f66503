import { readdirSync, readFileSync } from 'node:fs';

/** The command lines of all processes, words apart by a space; a machine may lack `ps`. */
export function commandLines(): string[] {
  return processes().map(({ commandLine }) => commandLine);
}

/** The ids of the processes whose command line holds that text; a machine may lack `pgrep`. */
export function processIds(text: string): number[] {
  return processes()
    .filter(({ commandLine }) => commandLine.includes(text))
    .map(({ pid }) => pid);
}

function processes(): { pid: number; commandLine: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map((name) => {
      try {
        const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return { pid: Number(name), commandLine: words.trim() };
      } catch {
        return { pid: Number(name), commandLine: '' }; // it ended meanwhile
      }
    });
}
