import { confirmRelease } from './confirm-release.ts';
import { type PublishOptions, publishPackages } from './publish-packages.ts';
import { releaseArguments } from './release-arguments.ts';
import { ReleaseError } from './release-error.ts';

/**
 * `pnpm release`: shows what it is about to do, asks at a terminal, publishes, and tells what was published.
 *
 * @param args `--dry-run` and `--yes`.
 * @returns the status to end with: 1 after a refusal, which was told.
 */
export async function runRelease(
  options: Pick<PublishOptions, 'root' | 'env'>,
  args: readonly string[],
): Promise<0 | 1> {
  try {
    const wanted = releaseArguments(args, 'pnpm release [--dry-run] [--yes]', 0);
    let isAgreed = false;
    const published = await publishPackages({
      ...options,
      confirm: async (intent) => {
        isAgreed = await confirmRelease(intent, wanted);
        return isAgreed;
      },
    });
    if (!isAgreed) return 0;
    console.log(published.length === 0 ? 'The registry has all of it already.' : 'Published:');
    for (const version of published) console.log(version);
    return 0;
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    console.error(error.message);
    return 1;
  }
}
