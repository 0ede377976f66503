import { expect, test } from 'vitest';
import { installed, tarball } from '../../packed/packed.ts';
import { PACKAGES } from '../../packed/workspace-packages.ts';
import { packageSize } from '../package-size.ts';
import { readSizes } from '../size-record.ts';

/** How far a record may be from what is measured, before it has to be written anew. */
const TOLERANCE = 0.1;

const sizes = readSizes();

test('every package has a budget', () => {
  expect(Object.keys(sizes)).toEqual([...PACKAGES]);
});

test.each(PACKAGES)('%s keeps to its budgets in tools/quality/sizes.json', (folder) => {
  const measured = packageSize(folder, { installed, tarball });
  const { budget } = sizes[folder] ?? expect.fail('no record');
  expect(measured.tarball).toBeGreaterThan(1000);
  expect(measured.tarball).toBeLessThanOrEqual(budget.tarball);
  expect(measured.install).toBeLessThanOrEqual(budget.install);
});

test.each(PACKAGES)('what is recorded of %s is current: pnpm quality:update writes it', (folder) => {
  const now = packageSize(folder, { installed, tarball });
  const { measured } = sizes[folder] ?? expect.fail('no record');
  expect(Math.abs(measured.tarball / now.tarball - 1)).toBeLessThan(TOLERANCE);
  expect(Math.abs(measured.install / now.install - 1)).toBeLessThan(TOLERANCE);
});
