import { readdir } from 'node:fs/promises';
import { decodeEvent } from '@shimwright/shim-api';
import { prepareSpool, readSpool, spoolPath } from '@shimwright/shim-host';
import { Changes } from './changes.ts';
import { makeDirectories } from './make-directories.ts';
import { checkOptions } from './options/check-options.ts';
import { checkDate } from './options/checks.ts';
import { placeChecks, waitChecks } from './options/option-checks.ts';
import { type Place, type PlaceOptions, placeOf } from './place.ts';

/** Something that happened to a container. */
export interface ContainerEvent {
  /** When it happened, or was noticed. */
  readonly time: Date;
  /** `create` and `remove` are noticed as they happen; an `exit` is kept for a while, so that none is missed. */
  readonly type: 'create' | 'exit' | 'remove';
  /** The container concerned. */
  readonly id: string;
  /** How it ended, of an `exit`. */
  readonly exitCode: number | undefined;
}

/** Which events. */
export interface EventsOptions extends PlaceOptions {
  /** Also tells the exits that are kept from before, as far back as that. */
  readonly since?: Date | undefined;
  /** Ends it; that is no error. */
  readonly signal?: AbortSignal | undefined;
}

/** How long a change may go unnoticed where the kernel does not tell of it. */
const LOOK_AGAIN_MS = 500;

/** What happens to the containers of a place, from now on. Any number of programs may listen. */
export async function* events(options: EventsOptions = {}): AsyncGenerator<ContainerEvent, void, void> {
  checkOptions(options, { ...placeChecks, ...waitChecks, since: checkDate });
  const place = placeOf(options);
  const { signal, since = new Date() } = options;
  await makeDirectories(place.bundles, 0o711);
  prepareSpool(place.daemonAddress);
  using changes = new Changes([place.bundles, spoolPath(place.daemonAddress)], LOOK_AGAIN_MS, signal);
  let known = await idsIn(place);
  const seen = new Set<number>();
  while (!signal?.aborted) {
    const now = await idsIn(place);
    for (const id of now)
      if (!known.has(id)) yield { time: new Date(), type: 'create', id, exitCode: undefined };
    yield* await newExits(place, since, seen);
    for (const id of known)
      if (!now.has(id)) yield { time: new Date(), type: 'remove', id, exitCode: undefined };
    known = now;
    await changes.next();
  }
}

async function newExits(
  { daemonAddress, namespace }: Place,
  since: Date,
  seen: Set<number>,
): Promise<ContainerEvent[]> {
  const exits: ContainerEvent[] = [];
  for (const { event, timestamp, ...spooled } of await readSpool(daemonAddress, seen)) {
    if (spooled.namespace !== namespace || timestamp < since) continue;
    const { type, message } = decodeEvent(event);
    if (type !== 'containerd.events.TaskExit' || message.id !== message.containerId) continue;
    exits.push({ time: timestamp, type: 'exit', id: message.containerId, exitCode: message.exitStatus });
  }
  return exits;
}

async function idsIn({ bundles }: Place): Promise<Set<string>> {
  return new Set((await readdir(bundles)).filter((name) => !name.startsWith('.')));
}
