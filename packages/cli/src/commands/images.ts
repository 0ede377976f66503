import { imageStore } from '@shimwright/containers';
import { Command } from 'commander';
import { formatted } from '../format.ts';
import { agoText, bytesText, print, printJson, table } from '../output.ts';
import { placeOf, wantsJson } from '../place.ts';

export function imagesCommand(): Command {
  return new Command('images')
    .summary('list images')
    .description('List the images that are here.')
    .option('-q, --quiet', 'digests only')
    .option(
      '--format <text>',
      'json, or a text with {{.Name}}, {{.Digest}}, {{.Platform}}, {{.Size}} and {{.CreatedSince}}',
    )
    .action(images);
}

async function images(
  { quiet = false, format }: { readonly quiet?: boolean; readonly format?: string },
  command: Command,
): Promise<void> {
  const found = await (await imageStore(placeOf(command))).list();
  if (wantsJson(command)) {
    return printJson(
      found.map(({ name, digest, platform, bytes, pulledAt }) => ({
        name,
        digest,
        platform,
        bytes,
        pulledAt,
      })),
    );
  }
  if (quiet) {
    for (const { digest } of found) await print(digest);
    return;
  }
  if (format !== undefined) {
    const fields = found.map(({ name, digest, platform, bytes, pulledAt }) => ({
      Name: name,
      Repository: name.replace(/(?::[^:/]+|@[^@]+)$/, ''),
      Tag: /:([^:/@]+)$/.exec(name)?.[1] ?? '',
      ID: digest,
      Digest: digest,
      Platform: platform,
      Size: bytesText(bytes),
      CreatedSince: pulledAt ? agoText(pulledAt) : '',
    }));
    for (const line of formatted(fields, format)) await print(line);
    return;
  }
  const rows = found.map(({ name, digest, platform, bytes, pulledAt }) => [
    name,
    digest.slice('sha256:'.length, 'sha256:'.length + 12),
    platform,
    pulledAt ? agoText(pulledAt) : '-',
    bytesText(bytes),
  ]);
  await print(table(['IMAGE', 'DIGEST', 'PLATFORM', 'PULLED', 'SIZE'], rows));
}
