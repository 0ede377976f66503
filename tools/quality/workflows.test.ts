import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../packed/workspace-packages.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly needs?: string | readonly string[];
  readonly environment?: string;
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly 'timeout-minutes'?: number;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const DIRECTORY = path.join(ROOT, '.github/workflows');
const names = readdirSync(DIRECTORY);
const text = (name: string) => readFileSync(path.join(DIRECTORY, name), 'utf8');
const workflow = (name: string): Workflow => parse(text(name));
const jobs = names.flatMap((name) =>
  Object.entries(workflow(name).jobs).map(([id, job]) => ({ id: `${name} ${id}`, job })),
);
const steps = jobs.flatMap(({ id, job }) => (job.steps ?? []).map((step) => ({ id, step })));

test('there is a workflow for changes, and one for releases', () => {
  expect(names).toEqual(['ci.yml', 'release.yml']);
});

test.each(names)(
  '%s grants nothing but what a job asks for, and never runs a fork’s code with our rights',
  (name) => {
    expect(workflow(name).permissions).toEqual({});
    expect(Object.keys(workflow(name).on)).not.toContain('pull_request_target');
    expect(Object.keys(workflow(name).on)).not.toContain('workflow_run');
  },
);

test('each job has the rights for its own work, and the one that publishes cannot write to the repository', () => {
  expect(Object.fromEntries(jobs.map(({ id, job }) => [id, job.permissions]))).toEqual({
    'ci.yml test': { contents: 'read' },
    'ci.yml changeset': { contents: 'read' },
    'release.yml test': { contents: 'read' },
    'release.yml select': { contents: 'read' },
    'release.yml version': { contents: 'write', 'pull-requests': 'write' },
    'release.yml publish': { contents: 'read', 'id-token': 'write' },
    'release.yml tag': { contents: 'write' },
  });
});

test('nothing is published before the tests have passed and somebody agreed', () => {
  expect(workflow('release.yml').jobs['publish']).toMatchObject({
    needs: ['test', 'select'],
    environment: 'npm',
  });
  expect(workflow('release.yml').jobs['test']?.uses).toBe('./.github/workflows/ci.yml');
});

test('every action is pinned by its commit, with its version beside it, and one version of each is in use', () => {
  const pins = names.flatMap((name) =>
    [...text(name).matchAll(/uses: (?!\.\/)(.+)/g)].map(([, pin]) => `${pin}`),
  );
  expect(pins.length).toBeGreaterThan(5);
  for (const pin of pins) expect(pin).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  const repositories = [...new Set(pins.map((pin) => pin.replace(/^([\w-]+\/[\w-]+).*@/, '$1@')))];
  expect(repositories.map((pin) => pin.split('@')[0]).toSorted()).toEqual([
    'actions/checkout',
    'actions/setup-node',
    'changesets/action',
  ]);
});

test('only the job that pushes tags keeps the token where later steps find it', () => {
  const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
  const keeping = checkouts.filter(({ step }) => step.with?.['persist-credentials'] !== false);
  expect(keeping.map(({ id }) => id)).toEqual(['release.yml tag']);
});

test('no release is made with what another workflow has stored', () => {
  const setups = steps.filter(({ step }) => step.uses?.startsWith('actions/setup-node@'));
  expect(setups.length).toBeGreaterThan(0);
  for (const { step } of setups)
    expect(step.with).toEqual({ 'node-version': 24, 'package-manager-cache': false });
});

test('what is run exists: as a script of ours, or as a command of pnpm', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const commands = steps
    .flatMap(({ step }) => [step.run, step.with?.['script']])
    .filter((run) => run !== undefined);
  const called = commands.flatMap((run) => /^npx --yes pnpm@12 (\S+)/.exec(String(run))?.[1] ?? []);
  expect(called.filter((name) => !['exec', 'install'].includes(name) && !(name in scripts))).toEqual([]);
  const others = commands.filter((run) => !String(run).startsWith('npx --yes pnpm@12 '));
  expect(others.every((run) => /^git (config --global user\.|push origin --tags$)/.test(`${run}`))).toBe(
    true,
  );
});

test('changes are tested by the command that the README tells', () => {
  const run = workflow('ci.yml').jobs['test']?.steps?.at(-1)?.run;
  expect(run).toBe('npx --yes pnpm@12 test');
  expect(readFileSync(path.join(ROOT, 'README.md'), 'utf8')).toContain(run);
});

test('no command is made of what a stranger can write, such as the title of a pull request', () => {
  for (const { step } of steps) expect(step.run ?? '').not.toContain('${{');
});

test('no job hangs for hours', () => {
  const local = jobs.filter(({ job }) => job.uses === undefined);
  expect(local.filter(({ job }) => job['timeout-minutes'] === undefined)).toEqual([]);
});
