import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';

/** How the pages are looked at, and which of them: light and dark differ in nothing but their colours. */
const VIEWS = [
  { name: 'phone, light', width: 390, height: 844, colorScheme: 'light', pages: 'all' },
  { name: 'phone, dark', width: 390, height: 844, colorScheme: 'dark', pages: 'typical' },
  { name: 'desk, light', width: 1440, height: 900, colorScheme: 'light', pages: 'all' },
  { name: 'desk, dark', width: 1440, height: 900, colorScheme: 'dark', pages: 'typical' },
] as const;

/** What is looked for: the rules of WCAG 2.0 and 2.1 that a program can decide, levels A and AA, contrast among them. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];

/** TypeDoc has the link to a heading within the heading that folds its section. */
const FORGIVEN = { 'nested-interactive': { enabled: false } };

/** The menu has an entry for everything that is exported; the first of them are enough. */
const EXCLUDED = ['#tsd-nav-container > li:nth-child(n + 8)', '.tsd-index-panel'];

const LONGEST = 3;

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds, as far as it is told here. */
interface Finding {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[] }[];
}

/**
 * Looks at a site in a browser: whether anything is wider than the view, whether the console shows an error, whether a
 * rule of accessibility is broken, whether the search finds something, and the theme can be changed.
 *
 * @param note is told each fault, with its page and view.
 */
export async function browserFaults(
  browser: Browser,
  { url, site }: { readonly url: string; readonly site: string },
  note: (fault: string) => void,
): Promise<void> {
  const pages = await pagesOf(site);
  for (const { name, width, height, colorScheme, pages: which } of VIEWS) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    let where = '';
    const noteHere = (fault: string) => note(`${where} (${name}): ${fault}`);
    page.on('console', (message) => {
      if (message.type() === 'error') noteHere(`the console says: ${message.text()}`);
    });
    page.on('pageerror', (error) => noteHere(`an error is thrown: ${error.message}`));
    page.on('requestfailed', (request) => {
      // A page that is left has no use for what it was still loading.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') noteHere(`${request.url()} cannot be had`);
    });
    for (where of pages[which]) {
      await page.goto(url + where, { waitUntil: 'load' });
      for (const fault of await widthFaults(page)) noteHere(fault);
      // The colours are those of the theme, at whatever width.
      if (width > 1000 && pages.typical.includes(where))
        for (const fault of await accessFaults(page)) noteHere(fault);
    }
    where = 'index.html';
    await page.goto(url);
    for (const fault of await useOf(page, url)) noteHere(fault);
    await context.close();
  }
}

/** The home page, the lists, every guide and package, and the longest pages of each other kind. */
async function pagesOf(site: string): Promise<Pages> {
  const all = ['index.html', 'modules.html'];
  const typical = ['index.html'];
  for (const directory of [
    'documents',
    'modules',
    'classes',
    'functions',
    'interfaces',
    'types',
    'variables',
  ]) {
    const names = (await readdir(path.join(site, directory))).toSorted();
    const sized = await Promise.all(
      names.map(async (name) => ({ name, size: (await stat(path.join(site, directory, name))).size })),
    );
    const longest = sized.toSorted((a, b) => b.size - a.size).slice(0, LONGEST);
    const isWhole = directory === 'documents' || directory === 'modules';
    all.push(...(isWhole ? sized : longest).map(({ name }) => `${directory}/${name}`));
    if (isWhole || directory === 'classes') typical.push(`${directory}/${names[0]}`);
  }
  return { all, typical };
}

interface Pages {
  readonly all: readonly string[];
  /** One of a kind each, which show all colours and parts that there are. */
  readonly typical: readonly string[];
}

async function widthFaults(page: Page): Promise<readonly string[]> {
  const wide: number = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  return wide > 0 ? [`it is ${wide} pixels wider than the view`] : [];
}

async function accessFaults(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ path: AXE });
  const violations: readonly Finding[] = await page.evaluate(
    `axe.run(${JSON.stringify({ exclude: EXCLUDED })}, ${JSON.stringify({ runOnly: RULES, rules: FORGIVEN })})
      .then(({ violations }) => violations)`,
  );
  return violations.map(({ id, help, nodes }) => {
    const places = nodes.slice(0, 3).map(({ target }) => target.join(' '));
    return `${id}, ${help}: ${nodes.length} times, such as ${places.join('; ')}`;
  });
}

/** Uses the search and the choice of a theme, as a reader would. */
async function useOf(page: Page, url: string): Promise<readonly string[]> {
  const faults: string[] = [];
  await page.keyboard.press('/');
  await page.locator('#tsd-search-input').fill('atomicWriteFile');
  const found = page.locator('#tsd-search-results li a').first();
  await found.waitFor({ timeout: 20_000 }).catch(() => {});
  if ((await found.count()) === 0) return ['the search for "atomicWriteFile" finds nothing'];
  await found.click({ timeout: 20_000 }).catch(() => {});
  await page.waitForURL(/atomicWriteFile/i, { timeout: 20_000 }).catch(() => {});
  if (!/atomicWriteFile/i.test(page.url())) faults.push(`the search leads to ${page.url()}`);

  await page.goto(url);
  for (const theme of ['light', 'dark']) {
    // On a phone the choice is in a menu, which is not what is looked at here.
    await page.locator('#tsd-theme').selectOption(theme, { force: true, timeout: 20_000 });
    const chosen = await page.locator('html').getAttribute('data-theme');
    if (chosen !== theme) faults.push(`the theme ${theme} cannot be chosen`);
  }
  return faults;
}
