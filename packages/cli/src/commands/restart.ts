import { Command } from 'commander';
import { forEach } from '../for-each.ts';
import { parseSeconds } from '../values.ts';

export function restartCommand(): Command {
  return new Command('restart')
    .summary('stop containers and start them again')
    .description('Ask containers to stop, kill those that have not after a time, and start them again.')
    .argument('<container...>')
    .option('-t, --time <seconds>', 'how long they may take to stop', parseSeconds, 10)
    .option('-s, --signal <signal>', 'the signal that asks')
    .action(
      async (
        names: readonly string[],
        { time, signal }: { readonly time: number; readonly signal?: string },
        command: Command,
      ) =>
        forEach(names, command, async (container) => {
          await container.restart({ graceMs: time * 1_000, stopSignal: signal });
          return { id: container.id };
        }),
    );
}
