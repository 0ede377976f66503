import path from 'node:path';
import { execaNode } from 'execa';
import { expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';

async function changedBy(who: 'ours' | 'fs-extra'): Promise<string[]> {
  const program = path.join(import.meta.dirname, 'fixtures/patched.ts');
  const nodeOptions = ['--conditions=@shimwright/source'];
  const { stdout } = await execaNode(program, [who, await tempDir()], { nodeOptions });
  return stdout.split(' ').filter((name) => name !== '');
}

test("Node's own functions are the same after each operation as before", async () => {
  expect(await changedBy('ours')).toEqual([]);
});

// The reason to do without it. Once this fails, it may be used again.
test('fs-extra replaces functions of the whole process', async () => {
  expect(await changedBy('fs-extra')).toEqual(
    expect.arrayContaining(['fs.close', 'process.chdir', 'process.cwd']),
  );
});
