// `pnpm release:check [BASE]`: fails when a changeset is wrong, or a package changed for its users and none tells them.
import { ROOT } from '../packed/workspace-packages.ts';
import { checkReport } from './check-report.ts';
import { ReleaseError } from './release-error.ts';

try {
  const { summary, faults } = await checkReport(ROOT, process.argv[2]);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) {
    console.error(summary);
    process.exitCode = 1;
  } else {
    console.log(summary);
  }
} catch (error) {
  if (!(error instanceof ReleaseError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
