import { DemoError } from './arguments.ts';

/** The status where the demo itself failed, and not the command in the container; that of `docker run`. */
export const FAILED = 125;

/** Runs a program of the demo; what goes wrong is told in a sentence on stderr, and the status is then {@link FAILED}. */
export async function runProgram(main: () => Promise<number>): Promise<never> {
  const status = await main().catch((error: unknown) => {
    console.error(sentenceOf(error));
    return FAILED;
  });
  process.exit(status); // a connection that a failure has left open would keep the program
}

/** A stack is for a defect of ours; a failure that has a code, or that a shim reports, explains itself. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof DemoError) return error.message;
  return 'code' in error ? `${error.name}: ${error.message}` : (error.stack ?? error.message);
}
