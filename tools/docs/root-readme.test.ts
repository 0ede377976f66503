import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { makeBusyboxRootfs } from '../examples/busybox-rootfs.ts';
import { PACKAGES, ROOT } from '../packed/workspace-packages.ts';
import { needs } from '../testing/needs.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { undefinedTerms } from './glossary.ts';

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

test('what it is comes first, with an example of five lines, and every term is explained', () => {
  const [before = ''] = README.split(/^## /m);
  const [, code = ''] = /^```js\n(.*?)^```/ms.exec(before) ?? [];
  expect(code.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(5);
  expect(undefinedTerms(before.replaceAll(/^```.*?^```/gms, '').replaceAll(/^# .*$/gm, ''))).toEqual([]);
  const [, sentence = ''] = before.split(/\n{2,}/);
  expect(sentence.split(/\s+/).length).toBeLessThanOrEqual(25);
});

describe('the first example', () => {
  needs('linux', 'root', 'command runc', 'command busybox');

  test('runs, with a directory in the place of an image of a registry', async () => {
    const [, code = ''] = /^```js\n(.*?)^```/ms.exec(README) ?? [];
    const home = await tempDir();
    const rootfs = path.join(home, 'rootfs');
    await makeBusyboxRootfs(rootfs);
    const place = `rootfs: '${rootfs}', stateDir: '${home}/state', dataDir: '${home}/data'`;
    const program = code
      .replace("const image = 'alpine:3.22';\n", '')
      .replace('run({ image,', `run({ ${place},`);
    expect(program).toContain(place);
    const args = ['--conditions=@shimwright/source', '--input-type=module', '--eval', program];
    const { stdout, stderr } = await execa(process.execPath, args, { cwd: path.join(ROOT, 'tools') });
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^Linux \S+ \d/), stderr: '' });
  });
});
