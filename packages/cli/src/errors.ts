import { CommanderError } from 'commander';

/** What docker exits with where it is not the container that failed. */
export const FAILED = 125;

/** A mistake that is told in a sentence, with the status that the program ends with. */
export class CliError extends Error {
  static {
    CliError.prototype.name = 'CliError';
  }
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Whatever was thrown, in one line. */
export function sentenceOf(error: unknown): string {
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  return message.trim().replaceAll(/\s*\n\s*/g, '; ') || 'unknown failure';
}

/**
 * What the program ends with: 126 for a command that cannot be run, 127 for one that is not there, 125 for a mistake on the command
 * line, and otherwise what the command chose.
 *
 * @param otherwise the status of a failure of the command that was asked for.
 */
export function exitCodeOf(error: unknown, otherwise: number): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : FAILED;
  if (error instanceof CliError) return error.exitCode;
  if (typeof error !== 'object' || error === null || !('code' in error)) return otherwise;
  if (error.code === 'ERR_CONTAINER_COMMAND' && 'exitCode' in error) return Number(error.exitCode);
  return otherwise;
}
