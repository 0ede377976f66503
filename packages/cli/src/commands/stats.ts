import { type Container, type ContainerStats, list } from '@shimwright/containers';
import { Command } from 'commander';
import { bytesText, print, printJson, table } from '../output.ts';
import { findContainer, placeOf, wantsJson } from '../place.ts';
import { abortOnSignal } from '../terminal.ts';

export function statsCommand(): Command {
  return new Command('stats')
    .summary('show what containers use')
    .description(
      'Show what containers use, once a second. With --json and a stream, each reading is an object on a line.',
    )
    .argument('[container...]', 'which; all that run if none is named')
    .option('--no-stream', 'show it once')
    .action(stats);
}

interface Reading extends ContainerStats {
  readonly id: string;
}

/** The time that the use of processors is measured over, where it is shown once. */
const SAMPLE_MS = 500;

async function stats(
  names: readonly string[],
  { stream }: { readonly stream: boolean },
  command: Command,
): Promise<void> {
  const place = placeOf(command);
  const ids =
    names.length > 0
      ? names
      : (await list(place)).filter(({ status }) => status === 'running').map(({ id }) => id);
  const containers = await Promise.all(ids.map((id) => findContainer(id, place)));
  using ended = abortOnSignal();
  if (!stream) {
    const readings = (await Promise.all(containers.map((each) => second(each)))).filter(
      (reading) => reading !== undefined,
    );
    return wantsJson(command) ? printJson(readings) : print(textOf(readings));
  }
  const latest = new Map<string, Reading>();
  const isLive = process.stdout.isTTY === true && !wantsJson(command);
  const show = async (reading: Reading) => {
    latest.set(reading.id, reading);
    if (wantsJson(command)) await print(JSON.stringify(reading));
    else if (isLive) await print(`\u001b[H\u001b[2J${textOf([...latest.values()])}`);
    else await print(textOf([reading]));
  };
  await Promise.all(
    containers.map(async (container) => {
      for await (const reading of container.stats({ signal: ended.signal }))
        await show({ id: container.id, ...reading });
      latest.delete(container.id);
    }),
  );
}

async function second(container: Container): Promise<Reading | undefined> {
  let count = 0;
  let last: Reading | undefined;
  for await (const reading of container.stats({ intervalMs: SAMPLE_MS })) {
    last = { id: container.id, ...reading };
    count += 1;
    if (count === 2) break;
  }
  return last;
}

function textOf(readings: readonly Reading[]): string {
  const rows = readings.map(({ id, cpuPercent, memoryBytes, memoryLimitBytes, pids }) => [
    id,
    `${cpuPercent.toFixed(2)}%`,
    `${bytesText(memoryBytes)} / ${memoryLimitBytes === undefined ? '-' : bytesText(memoryLimitBytes)}`,
    String(pids),
  ]);
  return table(['NAME', 'CPU', 'MEM USAGE / LIMIT', 'PIDS'], rows);
}
