import { CommanderError } from 'commander';
import { exitCodeOf, FAILED, sentenceOf } from './errors.ts';
import { newProgram } from './program.ts';

/**
 * Runs one command line, and sets `process.exitCode`. A failure is a sentence on stderr.
 *
 * @param args the arguments after the name of the program.
 */
export async function main(args: readonly string[]): Promise<void> {
  endWithReaders();
  const program = newProgram();
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    // The parser has told its own.
    if (!(error instanceof CommanderError)) process.stderr.write(`shimwright: ${sentenceOf(error)}\n`);
    process.exitCode = exitCodeOf(error, args.some((arg) => arg === 'run' || arg === 'create') ? FAILED : 1);
  }
}

let endsWithReaders = false;

/** Who reads no more, such as `head`, has what it wanted. */
function endWithReaders(): void {
  if (endsWithReaders) return;
  endsWithReaders = true;
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit());
}
