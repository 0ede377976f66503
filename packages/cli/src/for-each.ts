import type { Container } from '@shimwright/containers';
import type { Command } from 'commander';
import { CliError, sentenceOf } from './errors.ts';
import { print, printJson } from './output.ts';
import { findContainer, hasCode, placeOf, wantsJson } from './place.ts';

interface ForEachOptions<Done> {
  /** @default false */
  readonly ignoreMissing?: boolean;
  /** The line that is printed of each. @default its id */
  readonly textOf?: (done: Done) => string;
}

/** Does something with each container of a list. One that fails holds up no other; the first failure is the status. */
export async function forEach<Done extends { readonly id: string }>(
  names: readonly string[],
  command: Command,
  work: (container: Container) => Promise<Done>,
  { ignoreMissing = false, textOf = ({ id }) => id }: ForEachOptions<Done> = {},
): Promise<void> {
  const place = placeOf(command);
  const settled = await Promise.allSettled(names.map(async (name) => work(await findContainer(name, place))));
  const done = settled.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
  if (wantsJson(command)) await printJson(done);
  else for (const each of done) await print(textOf(each));
  const failures = settled
    .filter((each) => each.status === 'rejected')
    .map(({ reason }): unknown => reason)
    .filter((reason) => !(ignoreMissing && hasCode(reason, 'ERR_CONTAINER_NOT_FOUND')));
  if (failures.length > 0) throw new CliError(failures.map(sentenceOf).join('\nshimwright: '));
}
