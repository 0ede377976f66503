import { Command } from 'commander';
import { forEach } from '../for-each.ts';

export function killCommand(): Command {
  return new Command('kill')
    .summary('send containers a signal')
    .description('Send the first process of containers a signal.')
    .argument('<container...>')
    .option('-s, --signal <signal>', 'the signal, by name or number', 'KILL')
    .action(async (names: readonly string[], { signal }: { readonly signal: string }, command: Command) =>
      forEach(names, command, async (container) => {
        await container.kill(signal);
        return { id: container.id };
      }),
    );
}
