// `pnpm release`: publishes what the registry lacks, from a commit in which `pnpm release:version` has set the versions.
import { ROOT } from '../packed/workspace-packages.ts';
import { publishPackages } from './publish-packages.ts';
import { ReleaseError } from './release-error.ts';

try {
  const published = await publishPackages({ root: ROOT });
  console.log(published.length === 0 ? 'The registry has all of it already.' : 'Published:');
  for (const version of published) console.log(version);
} catch (error) {
  if (!(error instanceof ReleaseError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
