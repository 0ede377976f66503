import { readFileSync } from 'node:fs';
import { CliError, FAILED } from './errors.ts';

/** Variables from files and from the command line, which wins. A name alone takes the value from here, if there is one. */
export function environment(given: readonly string[], files: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of [...files.flatMap(linesOf), ...given]) {
    const [name = '', value] = line.split(/=(.*)/s);
    if (name === '') throw new CliError(`-e ${line} has no name`, FAILED);
    const known = value ?? process.env[name];
    if (known !== undefined) found[name] = known;
  }
  return found;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  } catch (error) {
    throw new CliError(
      `--env-file ${file} cannot be read: ${error instanceof Error ? error.message : error}`,
      FAILED,
    );
  }
}
