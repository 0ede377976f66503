import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtProgram } from '../../../tools/testing/built-program.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { emptyBundle } from './fixtures/bundle.ts';
import { taskBundle } from './v2/fixtures/task-bundle.ts';

const FIXTURE = path.join(import.meta.dirname, 'fixtures/start-when-full.ts');

/** What comes of starts with ever more descriptors, or files, left, in this order. */
async function outcomes(order: object): Promise<string[]> {
  const node = [process.execPath, '--conditions=@shimwright/source', FIXTURE, JSON.stringify(order)];
  const { stdout } = await execa('prlimit', ['--nofile=256', ...node], {
    env: { SHIMWRIGHT_LINGER_MS: '0' },
  });
  return JSON.parse(stdout);
}

/** Each start has failed with a code, or succeeded, as from some number on all do; none has left anything in the bundle. */
function expectRefusals(found: readonly string[]): void {
  expect(found.slice(-3)).toEqual(['started', 'started', 'started']);
  const refused = found.slice(0, -3);
  expect(refused).not.toEqual([]);
  for (const each of refused) expect(each).toMatch(/^(E[A-Z]+|ERR_[A-Z_]+)$/);
}

async function sharedStart({ base, daemonAddress }: Awaited<ReturnType<typeof emptyBundle>>) {
  return {
    command: process.execPath,
    args: [builtProgram('shim-service', 'shimwright-shim.cjs'), '--grace', '50'],
    controlSocket: path.join(base, 'run', 'control'),
    address: `unix://${path.join(base, 's', 'one')}`,
    daemonAddress,
  };
}

describe('a start with too few descriptors', () => {
  needs('linux', 'root', 'command prlimit', 'command containerd-shim', 'command containerd-shim-runc-v2');

  test('by withShared is refused, and leaves nothing', async () => {
    const bundle = await emptyBundle();
    expectRefusals(await outcomes({ config: bundle.config, shared: await sharedStart(bundle) }));
  });

  test('by withStart is refused, and leaves nothing', async () => {
    const { config, start } = await emptyBundle();
    expectRefusals(await outcomes({ config, start }));
  });

  test('by withTaskStart is refused, and leaves nothing', async () => {
    const { config, start } = await taskBundle();
    expectRefusals(await outcomes({ config, task: start }));
  });
});

/** A disk that takes few files, at a directory of a sandbox. */
async function smallDisk(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await execa('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=64,mode=700', 'tmpfs', directory]);
  onTestFinished(() => execa('umount', ['--lazy', directory]).then(() => {}));
  return directory;
}

describe('a start on a disk that takes too few files', () => {
  needs('linux', 'root', 'command prlimit', 'command containerd-shim', 'command containerd-shim-runc-v2');

  test('by withShared is refused, and leaves nothing', async () => {
    const bundle = await emptyBundle();
    const disk = await smallDisk(path.join(bundle.base, 'disk'));
    const config = { ...bundle.config, path: path.join(disk, 'one') };
    await mkdir(config.path);
    const daemonAddress = path.join(disk, 'daemon');
    const controlSocket = path.join(disk, 'control');
    const shared = {
      ...(await sharedStart(bundle)),
      daemonAddress,
      controlSocket,
      address: `unix://${disk}/s`,
    };
    expectRefusals(await outcomes({ config, shared, disk }));
  });

  test('by withStart is refused, and leaves nothing', async () => {
    const { config: given, start: startOptions, base } = await emptyBundle();
    const disk = await smallDisk(path.join(base, 'disk'));
    const config = { ...given, path: path.join(disk, 'one'), workDir: path.join(disk, 'work') };
    await mkdir(config.path);
    await mkdir(config.workDir);
    const start = { ...startOptions, daemonAddress: path.join(disk, 'daemon'), address: `unix://${disk}/s` };
    expectRefusals(await outcomes({ config, start, disk }));
  });

  test('by withTaskStart is refused, and leaves nothing', async () => {
    const { config: given, start: startOptions, base } = await taskBundle();
    const disk = await smallDisk(path.join(base, 'disk'));
    const config = { ...given, path: path.join(disk, given.id), workDir: path.join(disk, 'work') };
    await mkdir(path.join(config.path, 'rootfs'), { recursive: true });
    await mkdir(config.workDir);
    await writeFile(path.join(config.path, 'config.json'), '{}');
    const task = { ...startOptions, daemonAddress: path.join(disk, 'daemon') };
    expectRefusals(await outcomes({ config, task, disk }));
  });
});
