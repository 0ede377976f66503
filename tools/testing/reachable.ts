import { statSync } from 'node:fs';
import path from 'node:path';
import { beforeEach } from 'vitest';

/** Skips the tests around it where another user could not read a file of this checkout: it may be below `/root`. */
export function needsReachable(file: string): void {
  beforeEach(({ skip }) => {
    if (!isReachable(file)) skip('the checkout is below a directory that only its owner may enter');
  });
}

function isReachable(file: string): boolean {
  return directoriesAbove(file).every((directory) => (statSync(directory).mode & 0o001) !== 0);
}

function directoriesAbove(file: string): string[] {
  const parent = path.dirname(file);
  return parent === file ? [] : [parent, ...directoriesAbove(parent)];
}
