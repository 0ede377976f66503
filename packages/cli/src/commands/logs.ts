import { Command } from 'commander';
import { print, write } from '../output.ts';
import { findContainer, placeOf, wantsJson } from '../place.ts';
import { abortOnSignal } from '../terminal.ts';
import { parseMoment, parseTail } from '../values.ts';

interface LogsFlags {
  readonly follow?: boolean;
  readonly since?: Date;
  readonly tail?: number;
  readonly timestamps?: boolean;
}

export function logsCommand(): Command {
  return new Command('logs')
    .summary('show what a container wrote')
    .description('Show what a container wrote. With --json, each line is an object.')
    .argument('<container>')
    .option('-f, --follow', 'go on until it has ended')
    .option('--since <time>', 'nothing older: a time, or how long ago, such as 10m', parseMoment)
    .option('-n, --tail <number>', 'only so many of the last lines', parseTail)
    .option('-t, --timestamps', 'show when each line was written')
    .action(logs);
}

async function logs(name: string, flags: LogsFlags, command: Command): Promise<void> {
  const container = await findContainer(name, placeOf(command));
  const { follow, since, tail, timestamps = false } = flags;
  using ended = abortOnSignal();
  const isJson = wantsJson(command);
  for await (const { time, stream, text, data, isPartial } of container.logs({
    follow,
    since,
    tail,
    signal: ended.signal,
  })) {
    if (isJson) {
      await print(JSON.stringify({ time, stream, text, isPartial }));
      continue;
    }
    const output = stream === 'stderr' ? process.stderr : process.stdout;
    if (timestamps) await write(output, `${time.toISOString()} `);
    await write(output, data);
  }
}
