import { imageStore } from '@shimwright/containers';
import { Command } from 'commander';
import { CliError, sentenceOf } from '../errors.ts';
import { findImages, isNoImage } from '../find-image.ts';
import { print, printJson } from '../output.ts';
import { placeOf, wantsJson } from '../place.ts';

export function rmiCommand(): Command {
  return new Command('rmi')
    .summary('remove images')
    .description(
      'Remove images. Containers of an image keep their files, which go when the last of them is removed.',
    )
    .argument('<image...>', 'a name, or the beginning of a digest')
    .option('-f, --force', 'one that is not there is no error')
    .action(rmi);
}

async function rmi(
  names: readonly string[],
  { force = false }: { readonly force?: boolean },
  command: Command,
): Promise<void> {
  const place = placeOf(command);
  const store = await imageStore(place);
  const removed: string[] = [];
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      for (const image of await findImages(name, place)) {
        await store.remove(image.name);
        removed.push(image.name);
      }
    } catch (error) {
      if (!(force && isNoImage(error))) failures.push(error);
    }
  }
  const { bytes } = await store.collectGarbage();
  if (wantsJson(command)) await printJson({ removed, bytes });
  else for (const name of removed) await print(name);
  if (failures.length > 0) throw new CliError(failures.map(sentenceOf).join('\nshimwright: '));
}
