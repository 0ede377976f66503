// `pnpm release:snapshot [NAME]`: publishes what is committed and waits for a release, to be tried as `PACKAGE@NAME`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../packed/workspace-packages.ts';
import { publishSnapshot } from './publish-snapshot.ts';
import { ReleaseError } from './release-error.ts';
import { scratchClone } from './scratch-clone.ts';

const name = process.argv[2] ?? 'next';
const base = await mkdtemp(path.join(tmpdir(), 'shimwright-snapshot-'));
try {
  const clone = path.join(base, 'repository');
  await scratchClone(ROOT, clone);
  for (const version of await publishSnapshot(clone, name)) console.log(version);
} catch (error) {
  if (!(error instanceof ReleaseError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await rm(base, { recursive: true });
}
