import { restore } from '@shimwright/containers';
import { Command } from 'commander';
import { sentenceOf } from '../errors.ts';
import { print, printJson } from '../output.ts';
import { placeOf, wantsJson } from '../place.ts';
import { abortOnSignal } from '../terminal.ts';

export function recoverCommand(): Command {
  return new Command('recover')
    .summary('clean up after a crash')
    .description('Take over what runs after a crash, and remove what is dead. What lives is not touched.')
    .action(recover);
}

async function recover(_: object, command: Command): Promise<void> {
  using ended = abortOnSignal();
  const { containers, removed } = await restore({ ...placeOf(command), signal: ended.signal });
  if (wantsJson(command)) {
    return printJson({
      containers: containers.map(({ id }) => id),
      removed: removed.map(({ id, found, path, cleaned, error }) => ({
        ...{ id, found, path, cleaned },
        ...(error !== undefined && { error: sentenceOf(error) }),
      })),
    });
  }
  for (const { id } of containers) await print(`${id}: there`);
  for (const { id, found, path, error } of removed) {
    await print(
      `${id || path}: ${found}, ${error === undefined ? 'removed' : `not removed: ${sentenceOf(error)}`}`,
    );
  }
  if (removed.some(({ error }) => error !== undefined)) process.exitCode = 1;
}
