import { Command } from 'commander';
import { CliError, sentenceOf } from '../errors.ts';
import { findImages, isNoImage } from '../find-image.ts';
import { printJson } from '../output.ts';
import { findContainer, hasCode, placeOf } from '../place.ts';

export function inspectCommand(): Command {
  return new Command('inspect')
    .summary('tell all of containers and images')
    .description('Tell what is known of containers, or of images, as a list in JSON.')
    .argument('<name...>', 'a container, or an image')
    .action(inspect);
}

async function inspect(names: readonly string[], _: object, command: Command): Promise<void> {
  const place = placeOf(command);
  const settled = await Promise.allSettled(
    names.map(async (name) => {
      try {
        const container = await findContainer(name, place);
        const { id, image, command: args, createdAt, labels } = container;
        const { status, pid, exit } = await container.state();
        return [{ type: 'container', id, image, command: args, createdAt, labels, status, pid, exit }];
      } catch (error) {
        if (!hasCode(error, 'ERR_CONTAINER_NOT_FOUND') && !hasCode(error, 'ERR_CONTAINER_ARGUMENT'))
          throw error;
        const images = await findImages(name, place).catch((other: unknown) => {
          throw isNoImage(other) ? new CliError(`there is no container and no image ${name}`) : other;
        });
        return images.map((found) => ({ type: 'image', ...found }));
      }
    }),
  );
  await printJson(
    settled.filter((each) => each.status === 'fulfilled').flatMap(({ value }): object[] => value),
  );
  const failures = settled
    .filter((each) => each.status === 'rejected')
    .map(({ reason }) => sentenceOf(reason));
  if (failures.length > 0) throw new CliError(failures.join('\nshimwright: '));
}
