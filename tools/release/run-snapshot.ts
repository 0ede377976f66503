import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { confirmRelease } from './confirm-release.ts';
import { publishSnapshot } from './publish-snapshot.ts';
import type { NpmSettings } from './registry.ts';
import { releaseArguments } from './release-arguments.ts';
import { ReleaseError } from './release-error.ts';
import { scratchClone } from './scratch-clone.ts';
import { uncommitted, uncommittedWarning } from './uncommitted.ts';

/**
 * `pnpm release:snapshot`: publishes what is committed and waits for a release, after it said what is not committed.
 *
 * @param args the name of the snapshot (`next`), `--dry-run` and `--yes`.
 * @returns the status to end with: 1 after a refusal, which was told.
 */
export async function runSnapshot(
  root: string,
  args: readonly string[],
  env: NpmSettings = {},
): Promise<0 | 1> {
  const base = await mkdtemp(path.join(tmpdir(), 'shimwright-snapshot-'));
  try {
    const wanted = releaseArguments(args, 'pnpm release:snapshot [NAME] [--dry-run] [--yes]', 1);
    for (const line of uncommittedWarning(await uncommitted(root))) console.error(line);
    const clone = path.join(base, 'repository');
    await scratchClone(root, clone);
    const confirm = (intent: Parameters<typeof confirmRelease>[0]) => confirmRelease(intent, wanted);
    for (const version of await publishSnapshot(clone, wanted.rest[0] ?? 'next', { env, confirm }))
      console.log(version);
    return 0;
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    await rm(base, { recursive: true });
  }
}
