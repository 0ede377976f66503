import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { packagedFile } from './packaged-file.ts';

const file = { package: '@shimwright/shim-host', name: 'publish.sh' };

/** As if this program were the one that runs. */
function runAs(program: string): void {
  const before = process.argv[1];
  process.argv[1] = program;
  onTestFinished(() => {
    process.argv[1] = String(before);
  });
}

test('is beside the code of the package', async () => {
  const dist = await tempDir({ 'index.js': '', 'publish.sh': '' });
  const moduleUrl = pathToFileURL(path.join(dist, 'index.js')).href;
  expect(packagedFile({ ...file, moduleUrl })).toBe(path.join(dist, 'publish.sh'));
});

test.each([['file:///nowhere/bundle.mjs'], [undefined]])(
  'is beside the program where the code is in a bundle (%s)',
  async (moduleUrl) => {
    const directory = await tempDir({ 'publish.sh': '' });
    runAs(path.join(directory, 'bundle.cjs'));
    expect(packagedFile({ ...file, moduleUrl })).toBe(path.join(directory, 'publish.sh'));
  },
);

test('is in the package where that is installed for the program', async () => {
  const manifest = JSON.stringify({ name: file.package, exports: { './package.json': './package.json' } });
  const shimHost = { 'package.json': manifest, dist: { 'publish.sh': '' } };
  const directory = await tempDir({ node_modules: { '@shimwright': { 'shim-host': shimHost } }, app: {} });
  runAs(path.join(directory, 'app/bundle.cjs'));
  const expected = path.join(directory, 'node_modules/@shimwright/shim-host/dist/publish.sh');
  expect(packagedFile({ ...file, moduleUrl: undefined })).toBe(expected);
});

test('is told with where to copy it when it is in none of these places', async () => {
  const directory = await tempDir();
  runAs(path.join(directory, 'bundle.cjs'));
  const beside = path.join(directory, 'publish.sh');
  const missing = { package: '@shimwright/not-installed', name: file.name, moduleUrl: undefined };
  expect(() => packagedFile(missing)).toThrow(
    expect.objectContaining({
      code: 'ERR_SHIM_FILE',
      path: beside,
      message: expect.stringContaining(beside),
    }),
  );
});
