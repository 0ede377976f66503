import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { cleanEnvironment, programArguments } from '@shimwright/shim-host';

/** A program of this package. */
export type ProgramName = 'recorder' | 'copier';

/** In the sources, where each begins. */
const SOURCES: Readonly<Record<ProgramName, string>> = {
  recorder: 'logs/recorder-main.ts',
  copier: 'copy/copier-main.ts',
};

// They are small, and what one call leaves behind is to be collected before the next.
const FLAGS = ['--max-semi-space-size=1'];

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
  const program = programArguments({
    package: '@shimwright/containers',
    name: `shimwright-${name}.cjs`,
    source: SOURCES[name],
    moduleUrl: import.meta.url,
    flags: FLAGS,
  });
  return spawn(process.execPath, [...program, ...args], {
    ...options,
    cwd: '/',
    env: cleanEnvironment(),
  });
}
