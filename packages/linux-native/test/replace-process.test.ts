import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';

const MODULE = path.join(import.meta.dirname, '../src/index.ts');

/** Runs a program of this package's functions. */
function run(program: string) {
  const args = ['--conditions=@shimwright/source', '--input-type=module', '--eval', program];
  return execa(process.execPath, args, { reject: false });
}

describe('replaceProcess', () => {
  needs('linux');

  test('makes another program of a process, with its id, its child and one descriptor', async () => {
    const { stdout, exitCode } = await run(`
      import { openSync } from 'node:fs';
      import { replaceProcess, spawnProcess } from ${JSON.stringify(MODULE)};
      const [kept, lost] = [openSync('/dev/null'), openSync('/dev/zero')];
      spawnProcess({ command: '/bin/sh', args: ['-c', 'exit 7'], env: {}, descriptors: [] });
      console.log(process.pid);
      const script = 'echo $$ $NAME; readlink /proc/$$/fd/' + kept + '; [ -e /proc/$$/fd/' + lost + ' ]; echo $?; cat /proc/$$/task/$$/children';
      replaceProcess({ command: '/bin/sh', args: ['-c', script], env: { NAME: 'x' }, descriptors: [kept] });
    `);
    const [before, after, ...rest] = stdout.split('\n');
    expect({ after, rest, exitCode }).toEqual({
      after: `${before} x`,
      rest: ['/dev/null', '1', expect.stringMatching(/^\d+ /)],
      exitCode: 0,
    });
  });

  test('throws where the program is missing, and nothing has changed', async () => {
    const { stdout } = await run(`
      import { openSync } from 'node:fs';
      import { inheritableDescriptors, replaceProcess } from ${JSON.stringify(MODULE)};
      const own = openSync('/dev/null');
      try {
        replaceProcess({ command: '/no/such', args: [], env: {}, descriptors: [own] });
      } catch ({ code, path }) {
        console.log(code, path, inheritableDescriptors().includes(own));
      }
    `);
    expect(stdout).toBe('ENOENT /no/such false');
  });
});
