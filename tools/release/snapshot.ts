// `pnpm release:snapshot [NAME] [--dry-run] [--yes]`: publishes what is committed and waits for a release, to be tried
// as `PACKAGE@NAME`.
import { ROOT } from '../packed/workspace-packages.ts';
import { runSnapshot } from './run-snapshot.ts';

process.exitCode = await runSnapshot(ROOT, process.argv.slice(2));
