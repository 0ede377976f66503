import { Command } from 'commander';
import { forEach } from '../for-each.ts';

export function startCommand(): Command {
  return new Command('start')
    .summary('start containers again')
    .description(
      'Start containers that have ended, with the files they have. One that runs is left as it is.',
    )
    .argument('<container...>')
    .action(async (names: readonly string[], _: object, command: Command) =>
      forEach(names, command, async (container) => {
        const { status } = await container.state();
        if (status === 'created' || status === 'stopped') await container.start();
        return { id: container.id };
      }),
    );
}
