import path from 'node:path';
import { inject } from 'vitest';
import type {} from './global-setup.ts';
import { packageName } from './workspace-packages.ts';

/** The project in which the packages are installed as their users get them. */
export const project: string = inject('packed').project;

/** Where a package is installed. */
export function installed(folder: string): string {
  return path.join(project, 'node_modules', packageName(folder));
}

/** The tarball that a package was installed from. */
export function tarball(folder: string): string {
  const file = inject('packed').tarballs[folder];
  if (!file) throw new Error(`${folder} was not packed`);
  return file;
}
