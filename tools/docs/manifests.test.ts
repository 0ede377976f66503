import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGES, packageName, ROOT } from '../packed/workspace-packages.ts';

const REPOSITORY = 'https://github.com/shimwright/shimwright';

/** The order of the keys that all manifests share; others stand where npm's documentation has them. */
const KEYS = [
  ...['name', 'version', 'description', 'keywords', 'homepage', 'bugs', 'license', 'repository'],
  ...['files', 'type', 'sideEffects', 'exports', 'publishConfig', 'engines'],
];

const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(path.join(ROOT, 'packages', folder, 'package.json'), 'utf8'));

describe.each(PACKAGES)('the manifest of %s', (folder) => {
  const manifest = manifestOf(folder);

  test('has the keys of all packages, in their order', () => {
    expect(Object.keys(manifest).filter((key) => KEYS.includes(key))).toEqual(KEYS);
    expect(manifest.name).toBe(packageName(folder));
    expect(manifest.license).toBe('Apache-2.0');
  });

  test('says in a line what the package does, without a full stop', () => {
    expect(manifest.description).toMatch(/^[A-Z].{20,90}[^.]$/);
  });

  test('can be found by its keywords, each of which is written as npm searches', () => {
    const { keywords } = manifest;
    expect(keywords.length).toBeGreaterThanOrEqual(5);
    expect(keywords.filter((word: string) => !/^[a-z0-9][a-z0-9._-]*$/.test(word))).toEqual([]);
    expect(new Set(keywords).size).toBe(keywords.length);
  });

  test('leads to its README and to where faults are reported', () => {
    expect(manifest.homepage).toBe(`${REPOSITORY}/tree/main/packages/${folder}#readme`);
    expect(manifest.bugs).toBe(`${REPOSITORY}/issues`);
    expect(manifest.repository).toEqual({
      type: 'git',
      url: `git+${REPOSITORY}.git`,
      directory: `packages/${folder}`,
    });
  });

  // Every package can be imported everywhere, and a call that needs Linux says so by a typed error. With `os` or `cpu`,
  // npm would refuse the whole install on the laptops where programs for Linux are written.
  test('lets npm install it on any system', () => {
    expect(manifest).not.toHaveProperty('os');
    expect(manifest).not.toHaveProperty('cpu');
    expect(manifest).not.toHaveProperty('libc');
  });
});
