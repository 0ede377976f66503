import { mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../testing/needs.ts';
import { usageOf } from '../testing/readme.ts';
import { installed, project } from './packed.ts';

// What people pull alone, and run wherever their own program runs.
const FOLDERS = ['bundle-core', 'event-exchange', 'fs-atomic', 'shim-address', 'shim-api', 'ttrpc'];

async function programOf(folder: string): Promise<string> {
  const file = path.join(project, `surroundings-${folder}.mjs`);
  await writeFile(file, usageOf(await readFile(path.join(installed(folder), 'README.md'), 'utf8')));
  onTestFinished(() => rm(file, { force: true }));
  return file;
}

async function runs(command: readonly [string, ...string[]]): Promise<void> {
  const [file, ...args] = command;
  const run = await execa(file, args, { cwd: project, reject: false, env: { NODE_OPTIONS: '' } });
  const { stdout, stderr, exitCode } = run;
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).not.toBe('');
}

describe.each(FOLDERS)('the usage example of %s', (folder) => {
  test('runs with --permission and the rights to files alone', async () => {
    const rights = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*'];
    await runs([process.execPath, ...rights, await programOf(folder)]);
  });

  describe('on another root', () => {
    needs('linux', 'root', 'command unshare');

    const inNamespace = (script: string, ...args: string[]) =>
      ['unshare', '-m', 'sh', '-c', `${script} && exec "$@"`, 'sh', ...args] as const;

    test('runs in a chroot without /proc', async () => {
      const root = await mkdtemp(path.join(tmpdir(), 'without-proc-'));
      onTestFinished(() => rmdir(root));
      const script = `mount --rbind / ${root} && mount --make-rprivate ${root} && umount -R -l ${root}/proc`;
      const inRoot = ['chroot', root, process.execPath, await programOf(folder)];
      await runs(inNamespace(script, ...inRoot));
    });

    test('runs where /proc hides the processes of others', async () => {
      const script = 'mount -t proc -o hidepid=2 proc /proc';
      await runs(inNamespace(script, process.execPath, await programOf(folder)));
    });
  });
});
