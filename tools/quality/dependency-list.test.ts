import { expect, test } from 'vitest';
import { ALLOWED, dependencyList, foreignDependencies } from './dependency-list.ts';
import { readRecord } from './records.ts';

const dependencies = foreignDependencies();

test('all that comes with our packages is under a licence that asks for no more than a notice', () => {
  expect(dependencies.map(({ name }) => name)).toEqual(expect.arrayContaining(['execa', 'koffi']));
  expect(dependencies.filter(({ license }) => !ALLOWED.includes(license))).toEqual([]);
});

// It would build the addon; where that is not run, as with pnpm, the one for the platform is there all the same.
test('only koffi has a script that runs when it is installed', () => {
  const scripted = dependencies.filter(({ hasInstallScript }) => hasInstallScript);
  expect(scripted.map(({ name }) => name)).toEqual(['koffi']);
});

test('the list of them is current: pnpm quality:update writes it', () => {
  expect(readRecord('dependencies.md')).toBe(dependencyList());
});
