import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { changeset } from './changeset.ts';
import { ReleaseError } from './release-error.ts';

/**
 * Gives the packages that wait for a release, and all that use them, versions such as
 * `0.0.0-next-20250102030405`, which no range of a release admits. To be done in a clone only.
 *
 * @throws {ReleaseError} `ERR_RELEASE_PENDING` if none waits, or if `distTag` cannot be part of a version.
 */
export async function versionSnapshot(root: string, distTag: string): Promise<void> {
  if (!/^[a-z][a-z0-9-]*$/.test(distTag) || distTag === 'latest') {
    throw new ReleaseError('ERR_RELEASE_PENDING', `No snapshot can be called "${distTag}".`);
  }
  const file = path.join(root, '.changeset/config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  // A fix that ranges admit moves no dependent in a release. Here it must, or who installs `runtime-v1@next` to try
  // a change below it would get the old one.
  config.___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH = { updateInternalDependents: 'always' };
  await writeFile(file, JSON.stringify(config));
  const { failed, output } = await changeset({ root }, 'version', '--snapshot', distTag);
  if (failed)
    throw new ReleaseError('ERR_RELEASE_PENDING', `There is nothing to make a snapshot of.\n${output}`);
}
