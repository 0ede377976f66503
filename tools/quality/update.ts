// Writes what is recorded of the packages: `node tools/quality/update.ts [api] [dependencies] [sizes]`, or all of it.
import path from 'node:path';
import { packedPackages } from '../packed/packed-packages.ts';
import { entriesOf, PACKAGES, packageName } from '../packed/workspace-packages.ts';
import { apiReport } from './api-report.ts';
import { dependencyList } from './dependency-list.ts';
import { writeRecord } from './records.ts';
import { updateSizes } from './size-record.ts';

const given = process.argv.slice(2);
const wants = (name: string) => given.length === 0 || given.includes(name);

await using packed = await packedPackages();
if (wants('api')) await updateApi();
if (wants('dependencies')) writeRecord('dependencies.md', dependencyList());
if (wants('sizes')) {
  updateSizes({
    installed,
    tarball: (folder) => packed.tarballs[folder] ?? fail(`${folder} was not packed`),
  });
}

async function updateApi(): Promise<void> {
  for (const folder of PACKAGES)
    writeRecord(
      `api/${folder}.d.ts`,
      await apiReport(path.join(installed(folder), 'dist'), entriesOf(folder)),
    );
}

function installed(folder: string): string {
  return path.join(packed.project, 'node_modules', packageName(folder));
}

function fail(message: string): never {
  throw new Error(message);
}
