import { Command } from 'commander';
import { CliError } from '../errors.ts';
import { forEach } from '../for-each.ts';

export function rmCommand(): Command {
  return new Command('rm')
    .summary('remove containers')
    .description('Remove containers that have ended, with their logs.')
    .argument('<container...>')
    .option('-f, --force', 'also those that run; one that is not there is no error')
    .action(
      async (names: readonly string[], { force = false }: { readonly force?: boolean }, command: Command) =>
        forEach(
          names,
          command,
          async (container) => {
            const { status } = await container.state().catch(() => ({ status: 'lost' }));
            if (!force && (status === 'running' || status === 'paused')) {
              throw new CliError(`${container.id} is ${status}: stop it first, or use -f`);
            }
            await container.remove();
            return { id: container.id };
          },
          { ignoreMissing: force },
        ),
    );
}
