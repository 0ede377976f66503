import { Command } from 'commander';
import { forEach } from '../for-each.ts';
import { abortOnSignal } from '../terminal.ts';

export function waitCommand(): Command {
  return new Command('wait')
    .summary('wait for containers to end')
    .description('Wait for containers to end, and print their exit codes.')
    .argument('<container...>')
    .action(async (names: readonly string[], _: object, command: Command) => {
      using ended = abortOnSignal();
      await forEach(
        names,
        command,
        async (container) => {
          const { exitCode } = await container.wait({ signal: ended.signal });
          return { id: container.id, exitCode };
        },
        { textOf: ({ exitCode }) => String(exitCode) },
      );
    });
}
