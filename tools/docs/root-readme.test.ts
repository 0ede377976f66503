import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGES, ROOT } from '../packed/workspace-packages.ts';

const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

test('every package is among those to choose from', () => {
  const offered = [...README.matchAll(/^\| .+ \| \[`(.+?)`\]\(packages\/\1\) \|$/gm)].map(
    ([, folder]) => folder,
  );
  expect(offered.toSorted()).toEqual([...PACKAGES]);
});

test('every command is a script of this repository, or a program that it installs', () => {
  const { scripts, devDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const called = [...README.matchAll(/\bpnpm(?:@12)? ([a-z:]+)/g)].map(([, name]) => name);
  expect(called).toEqual(expect.arrayContaining(['demo', 'test', 'changeset', 'release']));
  expect(called.filter((name) => name !== 'changeset' && !(name && name in scripts))).toEqual([]);
  expect(devDependencies).toHaveProperty('@changesets/cli');
});

test('every link into the repository leads somewhere', () => {
  const links = [...README.matchAll(/\]\((?!https:)(.+?)\)/g)].map(([, link]) => `${link}`);
  expect(links).toContain('.github/packages.svg');
  expect(links.filter((link) => !existsSync(path.join(ROOT, link)))).toEqual([]);
});

test('the figures are those of the benchmarks', () => {
  const bench = readFileSync(path.join(ROOT, 'tools/bench/README.md'), 'utf8');
  const rows = [...README.matchAll(/\| (\d.+?s) \| (\d.+?s) \| (\d\.\d\d) \|$/gm)];
  expect(rows.length).toBeGreaterThan(5);
  for (const [, ours, go, ratio] of rows) expect(bench).toContain(`| ${ours} | ${go} | ${ratio} |`);
});
