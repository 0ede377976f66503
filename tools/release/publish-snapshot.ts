import { type PublishOptions, publishPackages } from './publish-packages.ts';
import { buildClone, commitClone } from './scratch-clone.ts';
import { versionSnapshot } from './version-snapshot.ts';

/**
 * Publishes what waits for a release, and all that uses it, as it is in a clone, under a name of its own: what
 * `latest` means stays as it is.
 *
 * @returns what was published, each as `name@version`.
 * @throws {ReleaseError} as a release does.
 */
export async function publishSnapshot(
  clone: string,
  distTag: string,
  options: Pick<PublishOptions, 'env' | 'confirm'> = {},
): Promise<string[]> {
  await versionSnapshot(clone, distTag);
  await commitClone(clone, `release: snapshot ${distTag}`);
  await buildClone(clone);
  return publishPackages({ ...options, root: clone, distTag });
}
