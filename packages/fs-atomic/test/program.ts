import { chmod, cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { nodeForOthers } from '../../../tools/testing/node-for-others.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';

/** How a program is run. */
interface ProgramOptions {
  /** What starts it, such as a program that sets limits. */
  readonly by?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly args?: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
  /** Whether another user runs it, in the end. @default where `uid` is given */
  readonly asOther?: boolean;
}

/** Where this package and a Node.js are that a program can start with. */
interface Home {
  readonly directory: string;
  readonly node: string;
  readonly ours: string;
}

const PACKAGE = path.join(import.meta.dirname, '..');

const OWN: Home = { directory: PACKAGE, node: process.execPath, ours: '@shimwright/fs-atomic' };

/** A copy that every user can read: the checkout may be below a directory that only its owner may enter. */
async function homeForOthers(): Promise<Home> {
  const directory = await tempDir();
  await chmod(directory, 0o755);
  await cp(path.join(PACKAGE, 'src'), path.join(directory, 'src'), { recursive: true });
  await writeFile(path.join(directory, 'package.json'), '{"type":"module"}');
  return { directory, node: await nodeForOthers(), ours: path.join(directory, 'src/index.ts') };
}

/**
 * Runs a program of its own, in which all of this package is `ours`, Node's `fs` is `fs` and its arguments are `args`.
 *
 * @returns what it says, by JSON.
 */
export async function program(code: string, options: ProgramOptions = {}): Promise<unknown> {
  const { by = [], nodeArgs = [], args = [], asOther = options.uid !== undefined, ...ids } = options;
  const home = asOther ? await homeForOthers() : OWN;
  const all = `
    import fs from 'node:fs';
    import path from 'node:path';
    import * as ours from ${JSON.stringify(home.ours)};
    const args = process.argv.slice(1);
    const forms = {
      sync: (name) => async (...all) => ours[name + 'Sync'](...all),
      promise: (name) => ours[name],
    };
    const say = (value) => fs.writeSync(1, JSON.stringify(value));
    const failure = ({ code, path, mounts, message }) => ({ code, path, mounts, message });
    ${code}`;
  const [command = '', ...before] = [...by, home.node];
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
    cwd: home.directory,
    ...ids,
    env: { NODE_OPTIONS: '' },
  });
  return stdout === '' ? undefined : JSON.parse(stdout);
}
