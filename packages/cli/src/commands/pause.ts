import { Command } from 'commander';
import { forEach } from '../for-each.ts';

export function pauseCommand(): Command {
  return new Command('pause')
    .summary('hold all processes of containers')
    .argument('<container...>')
    .action(async (names: readonly string[], _: object, command: Command) =>
      forEach(names, command, async (container) => {
        await container.pause();
        return { id: container.id };
      }),
    );
}

export function unpauseCommand(): Command {
  return new Command('unpause')
    .summary('let the processes of containers go on')
    .argument('<container...>')
    .action(async (names: readonly string[], _: object, command: Command) =>
      forEach(names, command, async (container) => {
        await container.resume();
        return { id: container.id };
      }),
    );
}
