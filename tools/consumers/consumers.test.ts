import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { fewAtATime } from '../few-at-a-time.ts';
import { project } from '../packed/packed.ts';
import { NEED_RUNTIME, PACKAGES } from '../packed/workspace-packages.ts';
import { needs, type Requirement } from '../testing/needs.ts';
import { type Bundler, bundlers } from './bundlers.ts';
import { runJest } from './run-jest.ts';
import { runUsage, type UsageOutcome } from './run-usage.ts';
import { asFunction, asJestTest, asModule, type UsageProgram, usageProgram } from './usage-program.ts';

// Each bundles, and starts programs.
vi.setConfig({ testTimeout: 300_000 });

// Below the project, where the packages are found, and out of each other's way.
const directory = await mkdtemp(path.join(project, 'consumers-'));
afterAll(() => rm(directory, { recursive: true }));

type Outcomes = Record<string, UsageOutcome>;

const withoutContainers = PACKAGES.filter((folder) => !NEED_RUNTIME.includes(folder));
const RUNTIME: Requirement[] = ['linux', 'root', 'command runc', 'command containerd-shim'];

// A bundler takes most of its time to read what the packages have in common, so each is started once for all of them.
// `CONSUMERS=alone` starts it for each package, which takes several times as long.
describe.each([
  { which: 'packages that run no container', folders: withoutContainers, needed: [] },
  { which: 'packages that run containers', folders: NEED_RUNTIME, needed: RUNTIME },
])('the usage examples of $which', ({ which, folders, needed }) => {
  needs(...needed);

  const base = path.join(directory, which.replaceAll(' ', '-'));
  const groups = process.env['CONSUMERS'] === 'alone' ? folders.map((folder) => [folder]) : [folders];

  /** What they say as they stand. */
  const asTheyStand = once(async (): Promise<Outcomes> => {
    const home = path.join(base, 'as-they-stand');
    await plant(home, folders, '.mjs', asModule);
    const outcomes = await runAll(folders, home, '.mjs');
    for (const [folder, outcome] of Object.entries(outcomes))
      expect({ folder, ...outcome }).toMatchObject({ folder, stderr: '', exitCode: 0 });
    return outcomes;
  });

  test.each(Object.entries(bundlers))('say the same when they are bundled by %s', async (name, bundler) => {
    const outcomes: Outcomes = {};
    for (const [index, group] of groups.entries()) {
      const home = path.join(base, `${name.replaceAll(/\W+/g, '-')}-${index}`);
      Object.assign(outcomes, await bundled(bundler, home, group));
    }
    expect(outcomes).toEqual(await asTheyStand());
  });

  test('say the same in tests of Jest, whose files each have globals of their own', async () => {
    const home = path.join(base, 'jest');
    await plant(home, folders, '.test.mjs', asJestTest);
    expect(await runJest(home, folders)).toEqual(await asTheyStand());
  });
});

async function bundled(
  { extension, bundle }: Bundler,
  home: string,
  folders: readonly string[],
): Promise<Outcomes> {
  const entries = path.join(home, 'entries');
  await plant(entries, folders, '.mjs', extension === 'cjs' ? asFunction : asModule);
  const output = path.join(home, 'output');
  await bundle(entries, output);
  return runAll(folders, output, `.${extension}`);
}

async function plant(
  home: string,
  folders: readonly string[],
  ending: string,
  form: (program: UsageProgram) => string,
): Promise<void> {
  await mkdir(home, { recursive: true });
  for (const folder of folders)
    await writeFile(path.join(home, folder + ending), form(await usageProgram(folder)));
}

/** Most of their time they wait for containers, so some run at once. */
async function runAll(folders: readonly string[], home: string, ending: string): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  await fewAtATime(3, folders, async (folder) => {
    const file = path.join(home, folder + ending);
    outcomes[folder] = await runUsage(folder, path.join(home, `run-${folder}`), file);
  });
  return outcomes;
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
