import { DemoError } from './arguments.ts';

/** The status where the demo itself failed, and not the command in the container; that of `docker run`. */
const FAILED = 125;

/** The statuses after which something may be left: a command may not have run, or ended with one of them itself. */
export const NOT_RUN: readonly number[] = [FAILED, 126, 127];

/**
 * Runs a program of the demo. What goes wrong is told in a sentence on stderr. The status is then {@link FAILED}, or that of a shell where it
 * is the command that is not there or cannot be run.
 */
export async function runProgram(main: () => Promise<number>): Promise<never> {
  const status = await main().catch((error: unknown) => {
    const { sentence, status = FAILED } = commandFailure(error) ?? { sentence: sentenceOf(error) };
    console.error(sentence);
    return status;
  });
  process.exit(status); // a connection that a failure has left open would keep the program
}

/** What runc and crun say of a command that is not there, or cannot be run. */
function commandFailure(error: unknown): { readonly sentence: string; readonly status: number } | undefined {
  const message = error instanceof Error ? error.message : '';
  const [, missing] =
    /exec: "([^"]*)": (?:executable file not found|stat \S+: no such file)/.exec(message) ??
    /executable file [`'"]([^`'"]*)[`'"] not found/i.exec(message) ??
    [];
  if (missing !== undefined)
    return { sentence: `There is no command ${missing} in the container.`, status: 127 };
  const [, refused] = /exec: "([^"]*)": (?:permission denied|is a directory)/.exec(message) ?? [];
  if (refused !== undefined)
    return { sentence: `${refused} of the container cannot be run: it is not executable.`, status: 126 };
  return undefined;
}

/** A stack is for a defect of ours; a failure that has a code, or that a shim reports, explains itself. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof DemoError) return error.message;
  return 'code' in error ? error.message : (error.stack ?? error.message);
}
