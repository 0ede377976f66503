import path from 'node:path';
import { hasCode, OciRuntimeError } from '../errors.ts';
import type { OciRuntimeOptions } from '../runtime-options.ts';
import { findRuntime } from './find-runtime.ts';
import { probeRuntime } from './probe-runtime.ts';

/** The runtime that calls go to. */
export interface ChosenRuntime {
  /** Its absolute path. */
  readonly command: string;
  /** The name of its file, such as `crun`. */
  readonly name: string;
  /** Why this one, in a sentence for people. */
  readonly reason: string;
}

/** What `command` is, to have crun where it works. */
const AUTO = 'auto';

/**
 * The runtime that is named; for `auto`, crun where it can make a container on this machine, else runc.
 *
 * @param searchPath where names are looked for.
 * @throws {OciRuntimeError} `ERR_RUNTIME_NOT_FOUND`.
 */
export async function chooseRuntime(
  options: OciRuntimeOptions,
  searchPath: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ChosenRuntime> {
  const { command } = options;
  if (command === AUTO) return chooseBest(options, searchPath, signal);
  const found = findRuntime(command, searchPath);
  return chosen(
    found,
    command === undefined ? 'It is the first that is installed of runc and crun.' : 'It was asked for.',
  );
}

async function chooseBest(
  options: OciRuntimeOptions,
  searchPath: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ChosenRuntime> {
  const crun = found('crun', searchPath);
  if (crun === undefined) return chosen(findRuntime(undefined, searchPath), 'crun is not installed.');
  const failure = await probeRuntime(crun, options, signal);
  if (failure === undefined) return chosen(crun, 'crun can make containers on this machine.');
  const runc = found('runc', searchPath);
  const reason = `crun cannot make a container on this machine: ${failure}`;
  if (runc !== undefined) return chosen(runc, reason);
  throw new OciRuntimeError('ERR_RUNTIME_NOT_FOUND', `${reason}; runc is not installed`, { command: crun });
}

function found(name: string, searchPath: string | undefined): string | undefined {
  try {
    return findRuntime(name, searchPath);
  } catch (error) {
    if (hasCode(error, 'ERR_RUNTIME_NOT_FOUND')) return undefined;
    throw error;
  }
}

function chosen(command: string, reason: string): ChosenRuntime {
  return { command, name: path.basename(command), reason };
}
