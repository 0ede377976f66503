import { type Container, get, list, type PlaceOptions } from '@shimwright/containers';
import type { Command } from 'commander';
import { CliError } from './errors.ts';

/** What every command has. */
interface GlobalOptions extends PlaceOptions {
  readonly json?: boolean;
}

/** The place that the options of a command, or of the program, name. */
export function placeOf(command: Command): PlaceOptions {
  const { stateDir, dataDir, namespace, runtime } = command.optsWithGlobals<GlobalOptions>();
  return { stateDir, dataDir, namespace, runtime };
}

export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals<GlobalOptions>().json ?? false;
}

/** A container by its name, or by the beginning of one that no other has. */
export async function findContainer(name: string, place: PlaceOptions): Promise<Container> {
  try {
    return await get(name, place);
  } catch (error) {
    if (!hasCode(error, 'ERR_CONTAINER_NOT_FOUND')) throw error;
    const found = (await list(place)).filter(({ id }) => id.startsWith(name));
    if (found.length > 1)
      throw new CliError(`several containers begin with ${name}: ${found.map(({ id }) => id).join(', ')}`);
    if (!found[0]) throw error;
    return get(found[0].id, place);
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
