import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGES, packageName, ROOT } from './workspace-packages.ts';

const directory = path.join(ROOT, '.changeset');
const changesets = readdirSync(directory).filter((name) => name.endsWith('.md'));

test('every changeset is of packages that there are, and says something', () => {
  for (const name of changesets) {
    const content = readFileSync(path.join(directory, name), 'utf8');
    const [, head = '', summary = ''] =
      /^---\n((?:"[^"]+": (?:major|minor|patch|none)\n)+)---\n\n(\S[\s\S]+)$/.exec(content) ?? [];
    expect([name, summary]).toEqual([name, expect.stringMatching(/\S/)]);
    const named = [...head.matchAll(/^"([^"]+)"/gm)].map(([, found]) => found);
    expect(PACKAGES.map(packageName)).toEqual(expect.arrayContaining(named));
  }
});
