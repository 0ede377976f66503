import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGES } from '../packed/workspace-packages.ts';
import { type Dependency, withDependencies } from './dependencies.ts';

/** The licences that ask no more of our users than to keep a notice. */
export const ALLOWED: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
];

/** What npm runs by itself when a package is installed. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

/** A package of others, and those of ours that bring it along. */
export interface Foreign extends Dependency {
  readonly broughtBy: readonly string[];
  readonly hasInstallScript: boolean;
}

/** All packages of others that come with ours, as they are installed in this repository. */
export function foreignDependencies(): readonly Foreign[] {
  const found = new Map<string, Foreign>();
  for (const folder of PACKAGES) {
    for (const dependency of withDependencies(folder).filter(
      ({ name }) => !name.startsWith('@shimwright/'),
    )) {
      const { broughtBy = [] } = found.get(dependency.directory) ?? {};
      const hasInstallScript = runsWhenInstalled(dependency);
      found.set(dependency.directory, { ...dependency, hasInstallScript, broughtBy: [...broughtBy, folder] });
    }
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The list as Markdown. */
export function dependencyList(): string {
  const rows = foreignDependencies().map(
    ({ name, version, license, hasInstallScript, broughtBy }) =>
      `| ${name} | ${version} | ${license} | ${hasInstallScript ? 'yes' : ''} | ${broughtBy.join(', ')} |`,
  );
  return [
    '# What comes with our packages',
    '',
    'Made by `pnpm quality:update` from what the lockfile installs on Linux on x64. Another platform has its own package in the',
    'place of `@koromix/koffi-linux-x64`.',
    '',
    '| package | version | licence | install script | comes with |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function runsWhenInstalled({ directory }: Dependency): boolean {
  const { scripts = {} } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
  return INSTALL_SCRIPTS.some((name) => name in scripts);
}
