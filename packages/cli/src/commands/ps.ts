import { type ContainerInfo, list } from '@shimwright/containers';
import { Command } from 'commander';
import { CliError, FAILED } from '../errors.ts';
import { formatted } from '../format.ts';
import { agoText, cut, print, printJson, table } from '../output.ts';
import { placeOf, wantsJson } from '../place.ts';
import { collect } from '../values.ts';

interface PsFlags {
  readonly all?: boolean;
  readonly quiet?: boolean;
  readonly filter?: readonly string[];
  readonly format?: string;
}

export function psCommand(): Command {
  return new Command('ps')
    .alias('ls')
    .summary('list containers')
    .description('List the containers that run.')
    .option('-a, --all', 'also those that do not')
    .option('-q, --quiet', 'names only')
    .option(
      '-f, --filter <key=value>',
      'those whose name, status, label, ancestor or exited is that',
      collect,
    )
    .option(
      '--format <text>',
      'json, or a text with {{.Names}}, {{.Image}}, {{.Command}}, {{.Status}} and others',
    )
    .action(ps);
}

async function ps(flags: PsFlags, command: Command): Promise<void> {
  const { all = false, quiet = false, filter = [], format } = flags;
  const filters = filter.map(parseFilter);
  const isAll = all || filters.some(({ key }) => key === 'status' || key === 'exited');
  const found = (await list(placeOf(command))).filter(
    (info) =>
      (isAll || info.status === 'running' || info.status === 'paused') &&
      filters.every(({ key, isMatch }) => isMatch(info) || alsoMatches(filters, key, info)),
  );
  if (wantsJson(command)) return printJson(found);
  if (quiet) return printAll(found.map(({ id }) => id));
  if (format !== undefined) return printAll(formatted(found.map(fieldsOf), format));
  await print(table(['NAME', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS'], found.map(rowOf)));
}

async function printAll(lines: readonly string[]): Promise<void> {
  for (const line of lines) await print(line);
}

interface Filter {
  readonly key: string;
  readonly isMatch: (info: ContainerInfo) => boolean;
}

/** Filters of one key are alternatives, but for labels. */
function alsoMatches(filters: readonly Filter[], key: string, info: ContainerInfo): boolean {
  return key !== 'label' && filters.some((each) => each.key === key && each.isMatch(info));
}

function parseFilter(text: string): Filter {
  const [key = '', value = ''] = text.split(/=(.*)/s);
  const tests: Readonly<Record<string, Filter['isMatch']>> = {
    id: ({ id }) => id.startsWith(value),
    name: ({ id }) => id.includes(value),
    status: ({ status }) => status === value || (status === 'stopped' && value === 'exited'),
    exited: ({ exit }) => String(exit?.exitCode) === value,
    ancestor: ({ image }) => image?.includes(value) ?? false,
    label: ({ labels }) => {
      const [name = '', wanted] = value.split(/=(.*)/s);
      return Object.hasOwn(labels, name) && (wanted === undefined || labels[name] === wanted);
    },
  };
  const isMatch = Object.hasOwn(tests, key) ? tests[key] : undefined;
  if (isMatch && text.includes('=')) return { key, isMatch };
  throw new CliError(
    `--filter ${text} must be KEY=VALUE, with one of ${Object.keys(tests).join(', ')}`,
    FAILED,
  );
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

/** By the names that docker has for them. */
function fieldsOf(info: ContainerInfo): Record<string, string> {
  return {
    ID: info.id,
    Names: info.id,
    Image: info.image ?? '',
    Command: info.command.join(' '),
    CreatedAt: info.createdAt.toISOString(),
    RunningFor: agoText(info.createdAt),
    State: info.status,
    Status: statusText(info),
    Labels: Object.entries(info.labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
  };
}

function statusText({ status, exit }: ContainerInfo): string {
  if (!exit) return status;
  const ago = exit.exitedAt ? ` ${agoText(exit.exitedAt)}` : '';
  return `exited (${exit.exitCode})${exit.oomKilled ? ' out of memory' : ''}${ago}`;
}
