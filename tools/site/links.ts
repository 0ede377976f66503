import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The links between the pages of a site that lead nowhere: to a page that does not exist, or to a place in one that
 * has no such id. What leads out of the site must at least be an address of the web.
 *
 * @param site the directory of the pages.
 * @returns each as the page and the link.
 */
export async function brokenLinks(site: string): Promise<readonly string[]> {
  const root = path.resolve(site);
  const files = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const pages = new Map<string, Page>();
  for (const file of files) {
    if (/\.(?:html|svg)$/.test(file)) pages.set(file, pageOf(await readFile(file, 'utf8')));
    else pages.set(file, { links: [], ids: new Set() });
  }
  return [...pages].flatMap(([file, { links }]) =>
    links
      .filter((link) => !leadsSomewhere(file, link, pages))
      .map((link) => `${path.relative(root, file)}: ${link} leads nowhere`),
  );
}

interface Page {
  readonly links: readonly string[];
  readonly ids: ReadonlySet<string>;
}

function pageOf(html: string): Page {
  const values = (attributes: string) =>
    [...html.matchAll(new RegExp(`\\s(?:${attributes})="([^"]*)"`, 'g'))].map(([, value = '']) =>
      decoded(value),
    );
  return { links: [...new Set(values('href|src'))], ids: new Set(values('id|name')) };
}

function decoded(attribute: string): string {
  return attribute
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function leadsSomewhere(from: string, link: string, pages: ReadonlyMap<string, Page>): boolean {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return link.startsWith('data:') || URL.canParse(link);
  const [target = '', fragment = ''] = link.split('#');
  const file = target === '' ? from : path.resolve(path.dirname(from), decodeURIComponent(target));
  const page = pages.get(file);
  return page !== undefined && (fragment === '' || page.ids.has(decodeURIComponent(fragment)));
}
