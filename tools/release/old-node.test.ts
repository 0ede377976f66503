import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../packed/workspace-packages.ts';
import { slowness } from '../testing/slowness.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { nodeLines } from './node-line.ts';
import { pnpmEnvironment } from './pnpm-environment.ts';
import { type Registry, startRegistry } from './registry.ts';
import { workspacePackages } from './workspace.ts';

const OLD_NODE = '20.20.2';

let base: string;
let registry: Registry;
/** A PATH on which `node` is the old one, and npm and pnpm are what they were. */
let PATH: string;

beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'shimwright-test-'));
  registry = await startRegistry(path.join(base, 'registry'));
  const [old] = await nodeLines(path.join(base, 'node'), [OLD_NODE]);
  PATH = `${old?.bin}:${(await pnpmEnvironment()).PATH}`;
  // Managers look at the manifest alone, so a package without code stands for all of ours.
  const engines = (await workspacePackages(ROOT)).map(({ manifest }) => manifest.engines);
  expect(engines).toEqual(engines.map(() => ({ node: '>=22.18' })));
  const directory = await mkdtemp(path.join(base, 'package-'));
  const manifest = { name: '@shimwright/new', version: '1.0.0', engines: engines[0] };
  await writeFile(path.join(directory, 'package.json'), JSON.stringify(manifest));
  await registry.mustBeUsedIn(directory);
  await execa('npm', ['publish', '--access', 'public'], { cwd: directory, env: registry.env });
}, 120_000 * slowness());

afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  await rm(base, { recursive: true });
});

test.each([
  {
    says: 'npm warns, and installs it',
    command: 'npm install',
    settings: {},
    installs: true,
    words: [
      'npm warn EBADENGINE Unsupported engine {',
      "npm warn EBADENGINE   package: '@shimwright/new@1.0.0',",
      "npm warn EBADENGINE   required: { node: '>=22.18' },",
      `npm warn EBADENGINE   current: { node: 'v${OLD_NODE}', `,
    ],
  },
  {
    says: 'npm with engine-strict refuses it',
    command: 'npm install --engine-strict',
    settings: {},
    installs: false,
    words: [
      'npm error code EBADENGINE',
      'npm error engine Not compatible with your version of node/npm: @shimwright/new@1.0.0',
      'npm error notsup Required: {"node":">=22.18"}',
      'npm error notsup Actual: ', // npm 9 tells only its own version behind it
    ],
  },
  {
    says: 'pnpm warns, and installs it',
    command: 'pnpm add',
    settings: {},
    installs: true,
    words: [
      `[WARN] Unsupported engine for @shimwright/new@1.0.0: wanted: {"node":">=22.18"} (current: {"node":"${OLD_NODE}"})`,
    ],
  },
  {
    says: 'pnpm with engineStrict refuses it',
    command: 'pnpm add',
    settings: { engineStrict: true },
    installs: false,
    words: [
      'ERR_PNPM_UNSUPPORTED_ENGINE',
      `Unsupported engine for @shimwright/new@1.0.0: wanted: {"node":">=22.18"} (current: {"node":"${OLD_NODE}"})`,
    ],
  },
])('on Node 20 $says', async ({ command, settings, installs, words }) => {
  const yaml = Object.entries(settings).map(([name, value]) => `${name}: ${value}\n`);
  const cwd = await tempDir({ 'package.json': '{ "private": true }', 'pnpm-workspace.yaml': yaml.join('') });
  const [program = '', ...args] = command.split(' ');
  const env = { ...registry.env, PATH, NODE_OPTIONS: '' };
  const { failed, all } = await execa(program, [...args, '@shimwright/new'], {
    cwd,
    env,
    all: true,
    reject: false,
  });
  const said = all
    .replaceAll('npm WARN', 'npm warn') // up to npm 9
    .replaceAll('npm ERR!', 'npm error')
    .replace(/\s+/g, ' '); // pnpm breaks lines where they get long
  for (const word of words) expect(said).toContain(word.replace(/\s+/g, ' '));
  expect(failed).toBe(!installs);
  expect(existsSync(path.join(cwd, 'node_modules/@shimwright/new/package.json'))).toBe(installs);
});
