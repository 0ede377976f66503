import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { project } from '../packed/packed.ts';
import { NEED_RUNTIME, PACKAGES } from '../packed/workspace-packages.ts';
import { needs } from '../testing/needs.ts';
import { bundlers } from './bundlers.ts';
import { runUsage } from './run-usage.ts';
import { asFunction, asJestTest, asModule, usageProgram } from './usage-program.ts';

// Each bundles, and starts programs.
vi.setConfig({ testTimeout: 300_000 });

const JEST = path.join(
  path.dirname(createRequire(import.meta.url).resolve('jest/package.json')),
  'bin/jest.js',
);

// Below the project, where the packages are found, and out of each other's way.
const directory = await mkdtemp(path.join(project, 'consumers-'));
afterAll(() => rm(directory, { recursive: true }));

describe.each(PACKAGES)('the usage example of %s', (folder) => {
  needs(
    ...(NEED_RUNTIME.includes(folder)
      ? (['linux', 'root', 'command runc', 'command containerd-shim'] as const)
      : []),
  );

  /** What it says as it stands. */
  async function saidAsItStands(): Promise<string> {
    const file = path.join(directory, `${folder}.mjs`);
    await writeFile(file, asModule(await usageProgram(folder)));
    const { said, stderr, exitCode } = await runUsage(directory, file);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    return said;
  }

  test.each(Object.entries(bundlers))(
    'says the same when it is bundled by %s',
    async (name, { extension, bundle }) => {
      const home = path.join(directory, `${folder}-${name.replaceAll(/\W+/g, '-')}`);
      await mkdir(home);
      const program = await usageProgram(folder);
      await writeFile(
        path.join(home, 'entry.mjs'),
        extension === 'cjs' ? asFunction(program) : asModule(program),
      );
      const output = path.join(home, `bundle.${extension}`);
      await bundle(path.join(home, 'entry.mjs'), output);
      const { said, stderr, exitCode } = await runUsage(home, output);
      expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
      expect(said).toBe(await saidAsItStands());
    },
  );

  test('says the same in a test of Jest, whose files each have globals of their own', async () => {
    const home = path.join(directory, `${folder}-jest`);
    await mkdir(home);
    await writeFile(path.join(home, 'usage.test.mjs'), asJestTest(await usageProgram(folder)));
    const config = {
      rootDir: home,
      testMatch: ['**/*.test.mjs'],
      transform: {},
      cacheDirectory: `${home}/cache`,
    };
    const args = ['--experimental-vm-modules', '--no-warnings', JEST, '--config', JSON.stringify(config)];
    const { said, stderr, exitCode } = await runUsage(home, ...args);
    expect({ stderr: exitCode === 0 ? '' : stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(said).toBe(await saidAsItStands());
  });
});
