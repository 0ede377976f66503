import path from 'node:path';
import { expect, test } from 'vitest';
import { installed } from '../../packed/packed.ts';
import { entriesOf, PACKAGES } from '../../packed/workspace-packages.ts';
import { apiReport } from '../api-report.ts';
import { readRecord } from '../records.ts';

test.each(PACKAGES)(
  'the public types of %s are those of its report: pnpm api:update writes it',
  async (folder) => {
    const report = await apiReport(path.join(installed(folder), 'dist'), entriesOf(folder));
    expect(report).toMatch(/^export /m);
    expect(report).toBe(readRecord(`api/${folder}.d.ts`));
  },
);
