import { events } from '@shimwright/containers';
import { Command } from 'commander';
import { print } from '../output.ts';
import { placeOf, wantsJson } from '../place.ts';
import { abortOnSignal } from '../terminal.ts';
import { parseMoment } from '../values.ts';

export function eventsCommand(): Command {
  return new Command('events')
    .summary('tell what happens to containers')
    .description(
      'Tell of containers that are made, end and are removed, as it happens. With --json, each line is an object.',
    )
    .option('--since <time>', 'also the ends since then: a time, or how long ago, such as 10m', parseMoment)
    .action(tell);
}

async function tell({ since }: { readonly since?: Date }, command: Command): Promise<void> {
  using ended = abortOnSignal();
  for await (const event of events({ ...placeOf(command), since, signal: ended.signal })) {
    const { time, type, id, exitCode } = event;
    if (wantsJson(command)) await print(JSON.stringify(event));
    else
      await print(
        `${time.toISOString()} ${type} ${id}${exitCode === undefined ? '' : ` (exitCode=${exitCode})`}`,
      );
  }
}
