import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PACKAGES, packageName, ROOT } from '../packed/workspace-packages.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { brokenLinks } from './links.ts';
import { filesRead, GUIDES, makeSite } from './site.ts';

// TypeDoc reads all packages, which holds up everything else here for a while.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe('the site', () => {
  let out: string;
  let complaints: readonly string[];

  beforeAll(async () => {
    out = await mkdtemp(path.join(tmpdir(), 'shimwright-site-'));
    complaints = await makeSite(out);
  });

  afterAll(() => rm(out, { recursive: true }));

  test('documents everything that can be imported', () => {
    expect(complaints).toEqual([]);
  });

  test('has no link that leads nowhere', async () => {
    expect(await brokenLinks(out)).toEqual([]);
  });

  test('has a page for each guide and each package, which begins with its README', async () => {
    const guides = readdirSync(path.join(out, 'documents')).map((file) =>
      path.parse(file).name.toLowerCase(),
    );
    expect(guides).toHaveLength(GUIDES.length);
    for (const folder of PACKAGES) {
      const name = packageName(folder).replaceAll(/[@/]/g, '_');
      const page = await readFile(path.join(out, 'modules', `${name}.html`), 'utf8');
      expect(page, folder).toContain(`npm install ${packageName(folder)}`.split(' ')[2]);
      expect(page, folder).toContain('id="limits"');
    }
  });

  test('can be searched, and knows dark and light', async () => {
    expect((await readFile(path.join(out, 'assets/search.js'), 'utf8')).length).toBeGreaterThan(10_000);
    expect(await readFile(path.join(out, 'index.html'), 'utf8')).toContain('id="tsd-theme"');
  });
});

test('the pages come from sources alone, so that nothing changes with what happens to be built', async () => {
  const files = (await filesRead()).map((file) => path.relative(ROOT, file));
  const ours = files.filter((file) => file.startsWith('packages/'));
  expect(ours).toEqual(expect.arrayContaining(PACKAGES.map((folder) => `packages/${folder}/src/index.ts`)));
  expect(ours.filter((file) => file.includes('/dist/'))).toEqual([]);
});

test('every guide is on the site, and takes programs from the examples, which are tested', () => {
  const directory = path.join(import.meta.dirname, 'guides');
  const names = readdirSync(directory).map((file) => path.parse(file).name);
  expect(names.toSorted()).toEqual(['index', ...GUIDES].toSorted());
  const tested = ['examples.test.ts', 'six-jobs/six-jobs.test.ts']
    .map((file) => readFileSync(path.join(ROOT, 'tools/examples', file), 'utf8'))
    .join('');
  const taken = names.flatMap((name) =>
    [...readFileSync(path.join(directory, `${name}.md`), 'utf8').matchAll(/\{@includeCode (.+?)\}/g)].map(
      ([, file = '']) => path.basename(file),
    ),
  );
  expect(taken.length).toBeGreaterThan(4);
  expect(
    taken.filter((file) => ![file, path.parse(file).name].some((name) => tested.includes(`'${name}'`))),
  ).toEqual([]);
});

test('a link that leads nowhere is found, wherever it is meant to lead', async () => {
  const page = (body: string) => `<html><body id="top">${body}</body></html>`;
  const site = await tempDir({
    'index.html': page(
      '<a href="a/b.html#top">1</a><a href="a/b.html#none">2</a><a href="none.html">3</a><a href="#top">4</a>' +
        '<a href="https://example.org/#x">5</a><a href="https://">6</a><img src="a/c.svg"><img src="c.svg">',
    ),
    a: { 'b.html': page('<a href="../index.html">1</a><a href="index.html?x&amp;y">2</a>'), 'c.svg': '' },
  });
  expect(await brokenLinks(path.relative(process.cwd(), site))).toEqual([
    ...['a/b.html#none', 'none.html', 'https://', 'c.svg'].map((link) => `index.html: ${link} leads nowhere`),
    'a/b.html: index.html?x&y leads nowhere',
  ]);
});
