import { deepEqual, equal } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { installedBy, usageOf } from '../testing/readme.ts';
import { Consumer } from './consumer.ts';
import type { NodeLine } from './node-line.ts';
import type { NpmSettings } from './registry.ts';
import type { WorkspacePackage } from './workspace.ts';

/** Where a package is tried, and with what. */
export interface TryOptions {
  /** A directory for its consumers. */
  readonly directory: string;
  /** The settings of the registry that has it. */
  readonly env: NpmSettings;
  readonly lines: readonly NodeLine[];
  /** The repository that it was published from. */
  readonly root: string;
  /** Whether its usage example can run here. */
  readonly runsUsage: boolean;
}

/** Installs a package alone, with npm and with pnpm, and uses it as its README says. Throws what is wrong with it. */
export async function tryPackage(one: WorkspacePackage, options: TryOptions): Promise<void> {
  await installAlone(one, 'npm', options);
  // With pnpm a package can reach what it declares, and nothing else.
  const consumer = await installAlone(one, 'pnpm', options);
  await tryTypes(consumer, one.manifest.name);
  if (!options.runsUsage) return;
  const readme = await readFile(path.join(options.root, 'packages', one.folder, 'README.md'), 'utf8');
  await consumer.add(
    installedBy(readme).filter((name) => name !== one.manifest.name),
    options.env,
  );
  await tryUsage(consumer, one, usageOf(readme), options);
}

async function installAlone(
  { folder, manifest }: WorkspacePackage,
  manager: 'npm' | 'pnpm',
  { directory, env, lines }: TryOptions,
): Promise<Consumer> {
  const { name, version, dependencies = {} } = manifest;
  const consumer = await Consumer.install(path.join(directory, `${folder}-${manager}`), manager, [name], env);
  deepEqual(await consumer.strangers(name), [], `installed by ${manager} beside ${name}, or missing`);
  const installed = (await consumer.installed()).get(name);
  equal(installed?.version, version);
  deepEqual(Object.keys(installed.dependencies ?? {}), Object.keys(dependencies));
  for (const line of lines) await tryImports(consumer, name, line);
  return consumer;
}

/** An ES module and a CommonJS one must get the same from it. */
async function tryImports(consumer: Consumer, name: string, line: NodeLine): Promise<void> {
  const print = 'console.log(Object.keys(all).sort().join());';
  const imported = await consumer.run(line, 'import.mjs', `import * as all from '${name}';${print}`);
  const required = await consumer.run(line, 'require.cjs', `const all = require('${name}');${print}`);
  equal(required.replace(/__esModule,?/, ''), imported, `${name} required on Node ${line.version}`);
  equal(/\w/.test(imported), true, `${name} exports nothing`);
}

async function tryTypes(consumer: Consumer, name: string): Promise<void> {
  for (const resolution of ['node16', 'nodenext', 'bundler'] as const) {
    equal(await consumer.typeErrors('types.mts', usesTypesOf(name), resolution), '', `types of ${name}`);
  }
  equal(await consumer.typeErrors('types.cts', usesTypesOf(name), 'nodenext'), '', `types of ${name}`);
}

/** Fails to compile where anything that a package exports has no type, which makes it `any`. */
function usesTypesOf(name: string): string {
  return `import * as all from '${name}';
    type All = typeof all;
    type Untyped = { [Name in keyof All]: 0 extends 1 & All[Name] ? Name : never }[keyof All];
    export const none: [Untyped] extends [never] ? true : false = true;`;
}

/** The example must do what it does without a word of complaint, on all lines. */
async function tryUsage(
  consumer: Consumer,
  { manifest: { name } }: WorkspacePackage,
  usage: string,
  { lines }: TryOptions,
): Promise<void> {
  for (const line of lines) {
    const printed = await consumer.run(line, 'usage.mjs', usage);
    equal(/\S/.test(printed), true, `the usage example of ${name} prints nothing on Node ${line.version}`);
  }
}
