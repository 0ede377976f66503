import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../testing/needs.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { type confirmRelease, linesOf } from './confirm-release.ts';
import { releaseArguments } from './release-arguments.ts';
import { scratchWorkspace } from './scratch-workspace.ts';
import { uncommitted, uncommittedWarning } from './uncommitted.ts';

const INTENT = {
  registry: 'https://registry.example/',
  branch: 'main',
  commit: '1a2b3c4',
  distTag: 'latest',
  publish: ['@shimwright/one@0.1.0', '@shimwright/two@0.1.0'],
  tag: [],
};
const SHOWN = [
  'Registry  https://registry.example/',
  'Branch    main, commit 1a2b3c4',
  'Tag       latest',
  'Packages  2 packages',
  '  @shimwright/one@0.1.0',
  '  @shimwright/two@0.1.0',
];
const QUESTION = 'Publish 2 packages to https://registry.example/? [y/N]';
const NOTHING = 'Nothing was published and nothing tagged.';

describe('what a release is about to do', () => {
  test('is shown as registry, branch, tag and packages', () => {
    expect(linesOf(INTENT)).toEqual(SHOWN);
  });

  test('points out a branch that releases are not made from, or none', () => {
    expect(linesOf({ ...INTENT, branch: 'topic' })[1]).toBe(
      'Branch    topic, commit 1a2b3c4 (releases are made from main)',
    );
    expect(linesOf({ ...INTENT, branch: undefined })[1]).toBe(
      'Branch    none: commit 1a2b3c4 is checked out (releases are made from main)',
    );
  });

  test('may be to tag alone, or nothing', () => {
    const tag = ['@shimwright/one@0.1.0'];
    expect(linesOf({ ...INTENT, publish: [], tag }).slice(3)).toEqual([
      'Packages  none: the registry has all of them',
      'Published before, and not yet tagged:',
      '  @shimwright/one@0.1.0',
    ]);
  });
});

describe('the arguments of a release', () => {
  test.each([
    [[], { isDryRun: false, isAgreed: false, rest: [] }],
    [['--yes'], { isDryRun: false, isAgreed: true, rest: [] }],
    [['next', '--dry-run', '-y'], { isDryRun: true, isAgreed: true, rest: ['next'] }],
  ])('%j are understood', (args, expected) => {
    expect(releaseArguments(args, 'pnpm it', 1)).toEqual(expected);
  });

  test.each([
    [['--dryrun'], 'There is no option --dryrun.'],
    [['-n'], 'There is no option -n.'],
    [['--toString'], 'There is no option --toString.'],
    [['--yes=no'], '--yes takes no value.'],
    [['next', 'later'], 'There is an argument too many: later.'],
  ])('%j are refused in a sentence', (args, reason) => {
    expect(() => releaseArguments(args, 'pnpm it', 1)).toThrow(
      expect.objectContaining({
        code: 'ERR_RELEASE_ARGUMENT',
        message: `${reason} Nothing was done. Usage: pnpm it`,
      }),
    );
  });
});

describe('a question', () => {
  needs('linux', 'command script');

  test.each(['y', 'YES'])('that is answered %s is agreed to', async (answer) => {
    expect(await atTerminal(`${answer}\n`)).toEqual([...SHOWN, QUESTION, 'true']);
  });

  test.each([
    ['n', 'n\n'],
    ['an empty line', '\n'],
    ['another word', 'yesterday\n'],
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('that is answered by %s is not agreed to', async (_what, answer) => {
    expect(await atTerminal(answer)).toEqual([...SHOWN, QUESTION, NOTHING, 'false']);
  });

  test('is not asked with --yes, in a dry run, where nothing is to be published, and without a terminal', async () => {
    expect(await atTerminal('', '--yes')).toEqual([...SHOWN, 'true']);
    const dry = 'A dry run: nothing was published and nothing tagged.';
    expect(await atTerminal('', '--dry-run', '--yes')).toEqual([...SHOWN, dry, 'false']);
    expect((await execa('node', await program([], { ...INTENT, publish: [] }))).stdout).toMatch(/\ntrue$/);
    const { stdout } = await execa('node', await program([]), { stdin: 'ignore' });
    expect(stdout.split('\n')).toEqual([...SHOWN, 'true']);
  });
});

test('before a snapshot, the changesets and sources are named that are not committed, and so not in it', async () => {
  const workspace = await scratchWorkspace('1.2.3');
  expect(uncommittedWarning(await uncommitted(workspace.root))).toEqual([]);
  await workspace.commit({ '.changeset/old.md': 'old', 'packages/ttrpc/src/index.ts': 'old' });
  await workspace.write({
    '.changeset/new one.md': 'new',
    '.changeset/old.md': 'changed',
    'packages/ttrpc/src/index.ts': 'changed',
    'tools/any.ts': 'ours alone',
  });
  expect(uncommittedWarning(await uncommitted(workspace.root))).toEqual([
    'A snapshot is made of what is committed, so these changes are not in it:',
    '  .changeset/old.md',
    '  .changeset/new one.md',
    '  packages/ttrpc/src/index.ts',
  ]);
});

/** The arguments for Node to show an intent, ask, and tell whether it was agreed to. */
async function program(args: readonly string[], intent: Parameters<typeof confirmRelease>[0] = INTENT) {
  const modules = ['confirm-release.ts', 'release-arguments.ts'].map(
    (name) => new URL(name, import.meta.url),
  );
  const code = `
    import { confirmRelease } from '${modules[0]}';
    import { releaseArguments } from '${modules[1]}';
    const args = releaseArguments(${JSON.stringify(args)}, '', 0);
    console.log(String(await confirmRelease(${JSON.stringify(intent)}, args)));`;
  return [path.join(await tempDir({ 'ask.mjs': code }), 'ask.mjs')];
}

/** The lines at a terminal at which somebody types an answer once the question is there. */
async function atTerminal(answer: string, ...args: readonly string[]): Promise<readonly string[]> {
  const command = ['node', ...(await program(args))].join(' ');
  const terminal = execa('script', ['--quiet', '--return', '--command', command, '/dev/null']);
  let seen = '';
  let isAnswered = false;
  terminal.stdout.on('data', (bytes) => {
    seen += bytes;
    if (isAnswered || !seen.includes('[y/N]')) return;
    isAnswered = true;
    terminal.stdin.write(answer);
  });
  await terminal;
  // What moves the cursor, and the answer itself, are no part of what is said.
  const said = stripVTControlCharacters(seen).replaceAll(/[^\n -~]|\^[CD]/g, '');
  const lines = said
    .split('\n')
    .flatMap((line) => (line.startsWith(QUESTION) ? afterQuestion(line) : [line]));
  return lines.filter((line) => line !== '');
}

function afterQuestion(line: string): readonly string[] {
  const rest = line.slice(line.lastIndexOf('[y/N]') + '[y/N]'.length).trim();
  return [QUESTION, /^(true|false|Nothing .*)$/.test(rest) ? rest : ''];
}
