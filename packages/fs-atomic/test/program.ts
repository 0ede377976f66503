import path from 'node:path';
import { execa } from 'execa';

/** How a program is run. */
interface ProgramOptions {
  /** What starts it, such as a program that sets limits. */
  readonly by?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly args?: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Runs a program of its own, in which all of this package is `ours`, Node's `fs` is `fs` and its arguments are `args`.
 *
 * @returns what it says, by JSON.
 */
export async function program(code: string, options: ProgramOptions = {}): Promise<unknown> {
  const { by = [], nodeArgs = [], args = [], ...ids } = options;
  const all = `
    import fs from 'node:fs';
    import path from 'node:path';
    import * as ours from '@shimwright/fs-atomic';
    const args = process.argv.slice(1);
    const forms = {
      sync: (name) => async (...all) => ours[name + 'Sync'](...all),
      promise: (name) => ours[name],
    };
    const say = (value) => fs.writeSync(1, JSON.stringify(value));
    const failure = ({ code, path, mounts, message }) => ({ code, path, mounts, message });
    ${code}`;
  const [command = '', ...before] = [...by, process.execPath];
  const node = [
    '--conditions=@shimwright/source',
    ...nodeArgs,
    '--input-type=module',
    '--eval',
    all,
    '--',
    ...args,
  ];
  const { stdout } = await execa(command, [...before, ...node], {
    cwd: path.join(import.meta.dirname, '..'),
    ...ids,
    env: { NODE_OPTIONS: '' },
  });
  return stdout === '' ? undefined : JSON.parse(stdout);
}
