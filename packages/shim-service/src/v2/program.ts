import { write } from '../own-log.ts';
import { CommandLineError } from '../shim-process/command-line.ts';
import { parseTaskCommandLine, type TaskCommandLine, USAGE } from './command-line.ts';

/** What users know the program by. */
export const NAME = 'containerd-shim-shimwright-v2';

/** What a program does for each action that it knows. */
export type Actions = Readonly<
  Partial<
    Record<TaskCommandLine['action'], (command: TaskCommandLine, args: readonly string[]) => Promise<void>>
  >
>;

/** Does what the command line says. What fails is told on stderr, and by the exit status. */
export function runProgram(actions: Actions): void {
  const args = process.argv.slice(2);
  const command = parsed(args);
  const action = actions[command.action];
  if (!action) throw new Error(`${command.action} is another program's`);
  action(command, args).catch((error: unknown) => {
    write(`${NAME}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

function parsed(args: readonly string[]): TaskCommandLine {
  try {
    return parseTaskCommandLine(args);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    write(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}
