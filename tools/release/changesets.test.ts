import { expect, test } from 'vitest';
import { packageName, ROOT } from '../packed/workspace-packages.ts';
import { readChangesets } from './changesets.ts';
import { checkReport } from './check-report.ts';
import { git } from './git.ts';
import { changesetOf, type ScratchWorkspace, scratchWorkspace } from './scratch-workspace.ts';

test('the changesets of this repository are right', async () => {
  const changesets = await readChangesets(ROOT);
  expect(changesets.filter(({ faults }) => faults.length > 0)).toEqual([]);
});

const UNKNOWN = 'which is no package that this repository publishes';
const KINDS = 'the kinds are major, minor, patch, none';

test.each([
  [
    'a package that does not exist',
    changesetOf({ 'fs-atomics': 'patch' }),
    [`names ${packageName('fs-atomics')}, ${UNKNOWN}`],
  ],
  ['a package without its scope', '---\n"ttrpc": patch\n---\n\nNew.\n', [`names ttrpc, ${UNKNOWN}`]],
  [
    'a package that is not published',
    '---\n"@shimwright/tools": patch\n---\n\nNew.\n',
    [`names @shimwright/tools, ${UNKNOWN}`],
  ],
  [
    'a kind that does not exist',
    changesetOf({ ttrpc: 'feature' }),
    [`asks for "feature" of ${packageName('ttrpc')}; ${KINDS}`],
  ],
  [
    'a kind in capitals',
    changesetOf({ ttrpc: 'Minor' }),
    [`asks for "Minor" of ${packageName('ttrpc')}; ${KINDS}`],
  ],
  ['no kind', changesetOf({ ttrpc: '' }), [`asks for "null" of ${packageName('ttrpc')}; ${KINDS}`]],
  ['nothing to say', changesetOf({ ttrpc: 'patch' }, '  '), ['says nothing to users below its head']],
  ['no head', 'New.\n', ['does not begin with a head between two lines "---"']],
  [
    'a head that is not closed',
    '---\n"@shimwright/ttrpc": patch\n',
    ['does not begin with a head between two lines "---"'],
  ],
  [
    'a head that is a list',
    '---\n- "@shimwright/ttrpc"\n---\n\nNew.\n',
    ['has a head that lists no packages'],
  ],
])('a changeset with %s is refused', async (_what, text, faults) => {
  const workspace = await scratchWorkspace('1.2.3');
  await workspace.write({ '.changeset/new.md': text });
  expect((await readChangesets(workspace.root)).map(({ faults: found }) => found)).toEqual([faults]);
  expect(await report(workspace)).toEqual({
    faults: faults.map((fault) => `.changeset/new.md ${fault}.`),
    summary: expect.stringMatching(/^release:check: 1 changeset for [01] packages?; 1 fault in them\.$/),
  });
});

test('a changeset that names a package twice, or whose head is no YAML, is refused', async () => {
  const workspace = await scratchWorkspace('1.2.3');
  await workspace.write({
    '.changeset/a.md': '---\n"@shimwright/ttrpc": patch\n"@shimwright/ttrpc": minor\n---\n\nNew.\n',
    '.changeset/b.md': '---\n"@shimwright/ttrpc: patch\n---\n\nNew.\n',
  });
  const faults = (await readChangesets(workspace.root)).flatMap((one) => one.faults);
  expect(faults).toEqual([
    expect.stringMatching(/^has a head that is no YAML: Map keys must be unique/),
    expect.stringMatching(/^has a head that is no YAML: /),
  ]);
});

test.each([
  [
    'of every kind',
    changesetOf({ ttrpc: 'major', recover: 'minor', 'fs-atomic': 'patch', 'shim-api': 'none' }),
    4,
  ],
  ['that is worth no release and says nothing', changesetOf({ ttrpc: 'none' }, ''), 1],
  ['of nothing', '---\n---\n\nOnly for us.\n', 0],
  ['with lines that end as on Windows', changesetOf({ ttrpc: 'patch' }).replaceAll('\n', '\r\n'), 1],
])('a changeset %s is taken', async (_what, text, packages) => {
  const workspace = await scratchWorkspace('1.2.3');
  await workspace.write({ '.changeset/README.md': 'no changeset', '.changeset/new.md': text });
  const noun = packages === 1 ? 'package' : 'packages';
  expect(await report(workspace)).toEqual({
    faults: [],
    summary: `release:check: 1 changeset for ${packages} ${noun}; no package changed without one.`,
  });
});

test('a package that changed without a changeset is told, with what to do', async () => {
  const workspace = await scratchWorkspace('1.2.3');
  const base = await git(workspace.root, 'rev-parse', 'HEAD');
  await workspace.write({ 'packages/event-exchange/src/new.ts': 'new' });
  expect(await checkReport(workspace.root, base)).toEqual({
    faults: [
      '@shimwright/event-exchange would be published with changes that no changeset tells of:',
      '  packages/event-exchange/src/new.ts',
      'Run `pnpm changeset`; for a change that is worth no release, write "none" as its kind.',
    ],
    summary: 'release:check: 0 changesets for 0 packages; 1 package changed without one.',
  });
});

test('in a clone without tags, what to compare with is fetched by `git fetch --tags`', async () => {
  const workspace = await scratchWorkspace('1.2.3');
  await expect(checkReport(workspace.root)).rejects.toMatchObject({
    code: 'ERR_RELEASE_BASE',
    message: expect.stringContaining('`git fetch --tags`'),
  });
});

function report({ root }: ScratchWorkspace): Promise<unknown> {
  return checkReport(root, 'HEAD');
}
