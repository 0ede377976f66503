import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { withoutAny } from '../../../tools/testing/without-any.ts';

const FIXTURE = path.join(import.meta.dirname, 'fixtures/user-namespace.ts');
const NODE = [process.execPath, '--conditions=@shimwright/source', FIXTURE];

describe('a user namespace', () => {
  needs('linux', 'root', 'command unshare', 'command prlimit');

  test('for which no descriptor is left is refused with that, and nothing stays open', async () => {
    const { stdout } = await execa('prlimit', ['--nofile=64', ...NODE, 'full']);
    expect(JSON.parse(stdout)).toEqual({ said: expect.stringContaining('EMFILE'), isSame: true });
  });

  test('that the user may not have any more is refused with the words of the kernel', async () => {
    const [command, ...words] = withoutAny('max_user_namespaces');
    const { stdout } = await execa(command, [...words, ...NODE]);
    const said = expect.stringMatching(/could not make a user namespace: .*No space left on device/);
    expect(JSON.parse(stdout)).toEqual({ said, isSame: true });
  });
});
