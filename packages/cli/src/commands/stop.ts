import { Command } from 'commander';
import { forEach } from '../for-each.ts';
import { parseSeconds } from '../values.ts';

export function stopCommand(): Command {
  return new Command('stop')
    .summary('stop containers')
    .description('Ask containers to stop, and kill those that have not after a time.')
    .argument('<container...>')
    .option('-t, --time <seconds>', 'how long they may take', parseSeconds, 10)
    .option('-s, --signal <signal>', 'the signal that asks')
    .action(
      async (
        names: readonly string[],
        { time, signal }: { readonly time: number; readonly signal?: string },
        command: Command,
      ) =>
        forEach(names, command, async (container) => {
          const { exitCode } = await container.stop({ graceMs: time * 1_000, stopSignal: signal });
          return { id: container.id, exitCode };
        }),
    );
}
