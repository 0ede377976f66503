import path from 'node:path';
import { env } from 'node:process';

/** The path of a program of a package, given by its folder, as it was built for the tests. */
export function builtProgram(folder: string, name: string): string {
  const directory = env['SHIMWRIGHT_PROGRAMS'];
  if (directory === undefined) throw new Error('the programs are built by the configuration of the tests');
  return path.join(directory, folder, 'dist', name);
}
