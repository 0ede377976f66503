import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { builtProgram } from '../../../tools/testing/built-program.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';

/** What a program finds on a Node.js of that version. */
const OLD =
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.17.9' } });";

const NODE_OF_DEBIAN = '/usr/bin/node';

/** The version of Debian's Node.js, where that is older than ours may be. */
function olderNode(): string | undefined {
  if (!existsSync(NODE_OF_DEBIAN)) return undefined;
  const version = execFileSync(NODE_OF_DEBIAN, ['--version'], { encoding: 'utf8' }).trim().slice(1);
  return Number.parseInt(version, 10) < 22 ? version : undefined;
}

describe('on a Node.js that is too old, the program', () => {
  needs('linux');

  test.each([
    ['of a shim', 'shimwright-shim.cjs', ['-namespace', 'test']],
    ['of many shims', 'shimwright-shim.cjs', ['--shared', '/nowhere/control']],
    ['of a keeper', 'shimwright-keeper.cjs', ['--server', '1', '--', 'true', '--shared', '/nowhere/control']],
    ['of a shim of task v2', 'shimwright-shim-v2.cjs', ['-namespace', 'test', '-id', 'one', 'start']],
    ['that starts it', 'shimwright-start-v2.cjs', ['-namespace', 'test', '-id', 'one', 'start']],
  ])('%s says so, and ends before it does anything', async (_, name, args) => {
    const [program, old] = [builtProgram('shim-service', name), path.join(await tempDir(), 'old.cjs')];
    await writeFile(old, OLD);
    const { exitCode, stdout, stderr } = await execa(process.execPath, ['--require', old, program, ...args], {
      reject: false,
    });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/^shimwright-shim needs Node.js 22.18 or later, and this is 22.17.9$/),
    });
    const version = olderNode();
    if (version === undefined) return;
    // It has to understand the program as far as to there.
    const older = await execa(NODE_OF_DEBIAN, [program, ...args], { reject: false });
    expect(older).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`and this is ${version}`) });
  });
});
