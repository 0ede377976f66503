// `pnpm release [--dry-run] [--yes]`: publishes what the registry lacks, from a commit in which `pnpm release:version`
// has set the versions.
import { ROOT } from '../packed/workspace-packages.ts';
import { runRelease } from './run-release.ts';

process.exitCode = await runRelease({ root: ROOT }, process.argv.slice(2));
