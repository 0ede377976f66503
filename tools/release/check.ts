// `pnpm release:check [BASE]`: fails when a package changed for its users and no changeset tells them.
import { ROOT } from '../packed/workspace-packages.ts';
import { ReleaseError } from './release-error.ts';
import { unannouncedChanges } from './unannounced-changes.ts';

try {
  const unannounced = await unannouncedChanges(ROOT, process.argv[2]);
  for (const { name, changes } of unannounced) {
    console.error(`${name} would be published with changes that no changeset tells of:`);
    for (const change of changes) console.error(`  ${change}`);
  }
  if (unannounced.length > 0) {
    console.error('Run `pnpm changeset`; for a change that is worth no release, write "none" as its kind.');
    process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof ReleaseError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
