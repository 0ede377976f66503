import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { execa } from 'execa';
import { saidBy, type UsageOutcome } from './run-usage.ts';

const JEST = path.join(
  path.dirname(createRequire(import.meta.url).resolve('jest/package.json')),
  'bin/jest.js',
);

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
  }[];
}

/** Runs the tests `FOLDER.test.mjs` of a directory by Jest, and tells how each ended, by its folder. */
export async function runJest(
  home: string,
  folders: readonly string[],
): Promise<Record<string, UsageOutcome>> {
  const said = path.join(home, 'said');
  await mkdir(said);
  const report = path.join(home, 'report.json');
  const config = {
    rootDir: home,
    testMatch: ['**/*.test.mjs'],
    transform: {},
    cacheDirectory: path.join(home, 'cache'),
  };
  const args = ['--config', JSON.stringify(config), '--maxWorkers', '2', '--json', '--outputFile', report];
  await execa(process.execPath, ['--experimental-vm-modules', '--no-warnings', JEST, ...args], {
    cwd: home,
    reject: false,
    env: { NODE_OPTIONS: '', SAID: said },
  });
  const { testResults }: Report = JSON.parse(await readFile(report, 'utf8'));
  const outcomes = folders.map(async (folder) => {
    const result = testResults.find(({ name }) => path.basename(name) === `${folder}.test.mjs`);
    const exitCode = result?.status === 'passed' ? 0 : 1;
    return [folder, { said: await saidBy(folder, said), stderr: result?.message ?? 'not run', exitCode }];
  });
  return Object.fromEntries(await Promise.all(outcomes));
}
