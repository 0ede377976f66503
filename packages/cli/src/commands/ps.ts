import { type ContainerInfo, list } from '@shimwright/containers';
import { Command } from 'commander';
import { agoText, cut, print, printJson, table } from '../output.ts';
import { placeOf, wantsJson } from '../place.ts';

interface PsFlags {
  readonly all?: boolean;
  readonly quiet?: boolean;
}

export function psCommand(): Command {
  return new Command('ps')
    .alias('ls')
    .summary('list containers')
    .description('List the containers that run.')
    .option('-a, --all', 'also those that do not')
    .option('-q, --quiet', 'names only')
    .action(ps);
}

async function ps({ all = false, quiet = false }: PsFlags, command: Command): Promise<void> {
  const found = (await list(placeOf(command))).filter(
    ({ status }) => all || status === 'running' || status === 'paused',
  );
  if (wantsJson(command)) return printJson(found);
  if (quiet) {
    for (const { id } of found) await print(id);
    return;
  }
  await print(table(['NAME', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS'], found.map(rowOf)));
}

function rowOf(info: ContainerInfo): string[] {
  return [
    info.id,
    info.image ?? '-',
    cut(JSON.stringify(info.command.join(' ')), 30),
    agoText(info.createdAt),
    statusText(info),
  ];
}

function statusText({ status, exit }: ContainerInfo): string {
  if (!exit) return status;
  const ago = exit.exitedAt ? ` ${agoText(exit.exitedAt)}` : '';
  return `exited (${exit.exitCode})${exit.oomKilled ? ' out of memory' : ''}${ago}`;
}
