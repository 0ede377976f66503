import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGES, packageName, ROOT } from '../packed/workspace-packages.ts';
import { installedBy, usageOf } from '../testing/readme.ts';
import { undefinedTerms } from './glossary.ts';

const SECTIONS = ['Install', 'Usage', 'API', 'Errors', 'Limits', 'Differences from containerd', 'License'];

const readme = (folder: string) => readFileSync(path.join(ROOT, 'packages', folder, 'README.md'), 'utf8');
const publicTypes = (folder: string) =>
  readFileSync(path.join(ROOT, 'tools/quality/api', `${folder}.d.ts`), 'utf8');
const codesIn = (text: string) => [...new Set(text.match(/ERR_\w+/g) ?? [])].toSorted();

/** What stands below a heading, up to the next one. */
function section(folder: string, heading: string): string {
  const found = readme(folder)
    .split(/^## /m)
    .find((part) => part.startsWith(`${heading}\n`));
  return found ?? expect.fail(`${folder} has no section ${heading}`);
}

/** The paragraphs between the title and the first heading. */
function introduction(folder: string): readonly string[] {
  const [before = ''] = readme(folder).split(/^## /m);
  const [, ...paragraphs] = before.trim().split(/\n{2,}/);
  return paragraphs;
}

const wordsIn = (text: string) => text.split(/\s+/).filter((word) => /\w/.test(word)).length;
const sentencesOf = (text: string) => text.split(/(?<=[.:;?!])\s+/);

const ALL_CODES = PACKAGES.flatMap((folder) => codesIn(publicTypes(folder)));

describe.each(PACKAGES)('the README of %s', (folder) => {
  test('says in one sentence what the package is, and goes on in the order of all READMEs', () => {
    const [title, , sentence, after] = readme(folder).split('\n');
    expect(title).toBe(`# ${packageName(folder)}`);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(after).toBe('');
    // A comment in a block of a shell or a program begins like a heading of the first level, not of the second.
    const headings = [...readme(folder).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(SECTIONS);
  });

  test('says before anything else what it is for, shortly and without a term that it does not explain', () => {
    const [sentence = '', ...purpose] = introduction(folder);
    expect(wordsIn(sentence)).toBeGreaterThanOrEqual(8);
    expect(wordsIn(sentence)).toBeLessThanOrEqual(25);
    expect(purpose).toHaveLength(1);
    const text = purpose.join('\n');
    expect(wordsIn(text)).toBeGreaterThanOrEqual(35);
    expect(wordsIn(text)).toBeLessThanOrEqual(75);
    for (const spoken of sentencesOf(text)) expect(wordsIn(spoken), spoken).toBeLessThanOrEqual(35);
    expect(undefinedTerms(`${sentence}\n\n${text}`)).toEqual([]);
  });

  test('has only links that lead somewhere from its page on npm, too', () => {
    const links = [...readme(folder).matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
    expect(links.filter((link) => !/^(https:\/\/|#)/.test(`${link}`))).toEqual([]);
  });

  test('tells how to install it', () => {
    expect(section(folder, 'Install')).toMatch(
      new RegExp(`npm install (--global )?${packageName(folder)}\\b`),
    );
  });

  test('tells to install all that its usage imports: with pnpm, nothing else is in reach', () => {
    const imported = usageOf(readme(folder)).matchAll(/from '(?!node:)((?:@[^/']+\/)?[^/']+)/g);
    const used = new Set(
      [...imported].map(([, name = '']) => name).filter((name) => name !== packageName(folder)),
    );
    expect(installedBy(readme(folder))).toEqual([packageName(folder), ...[...used].toSorted()]);
  });

  test('explains each code that the types name, and no other', () => {
    const explained = codesIn(section(folder, 'Errors'));
    expect(explained).toEqual(expect.arrayContaining(codesIn(publicTypes(folder))));
    expect(explained.filter((code) => !ALL_CODES.includes(code))).toEqual([]);
  });

  test('lists its limits, and how and why it differs from containerd', () => {
    expect(section(folder, 'Limits').length).toBeGreaterThan(40);
    expect(section(folder, 'Differences from containerd')).toMatch(/^- /m);
  });
});
