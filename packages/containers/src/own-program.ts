import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { cleanEnvironment, packagedFile } from '@shimwright/shim-host';

/** A program of this package. */
export type ProgramName = 'recorder' | 'copier';

/** In the sources, where each begins. */
const SOURCES: Readonly<Record<ProgramName, string>> = {
  recorder: 'logs/recorder-main.ts',
  copier: 'copy/copier-main.ts',
};

// They are small, and what one call leaves behind is to be collected before the next; nobody else is to look into them.
const FLAGS = ['--disable-sigusr1', '--max-semi-space-size=1'];

/**
 * Starts a program of this package by the Node that runs now, with no more of the environment than it needs.
 *
 * @throws {ShimHostError} `ERR_SHIM_FILE` where this code is in a bundle and the program was not copied beside it.
 */
export function startProgram(
  name: ProgramName,
  args: readonly string[],
  options: { readonly stdio: StdioOptions; readonly detached?: boolean },
): ChildProcess {
  const isSource = import.meta.url?.endsWith('.ts') ?? false; // while this package is developed
  const file = packagedFile({
    package: '@shimwright/containers',
    name: isSource ? SOURCES[name] : `shimwright-${name}.cjs`,
    moduleUrl: import.meta.url,
  });
  const flags = isSource ? [...FLAGS, '--conditions=@shimwright/source'] : FLAGS;
  return spawn(process.execPath, [...flags, file, ...args], {
    ...options,
    cwd: '/',
    env: cleanEnvironment(),
  });
}
