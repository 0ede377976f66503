import { chmod, chown, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { defaultSpec } from '../../bundle-core/src/index.ts';
import { type ContainerdV2, containerdV2, RUNTIME } from './fixtures/containerd-v2.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

const HOST_ID = 100_000;
const IDS = [{ containerID: 0, hostID: HOST_ID, size: 65_536 }];
const UID_MAP = /^ *0 +100000 +65536$/m;

describe('containerd runs a container with a user namespace by our shim of task v2', () => {
  needs('linux', 'root', 'command containerd', 'command ctr', 'command runc', 'command busybox');

  let program: V2Program;
  beforeAll(async () => {
    program = await v2Program();
  });
  afterAll(() => program.remove());

  test('which can open its output anew, takes further processes, and ends', async () => {
    const containerd = await containerdV2({ program });
    const { ctr, token } = containerd;
    const script = 'cat /proc/self/uid_map; echo anew > /dev/stdout; echo bad > /dev/stderr; exit 7';
    const ended = await ctr(...(await mapped(containerd, 'one', ['/bin/sh', '-c', script], ['--rm'])));
    expect(ended).toMatchObject({ exitCode: 7, stdout: expect.stringMatching(UID_MAP) });
    expect(ended.stdout).toContain('anew');
    expect(ended.stderr).toContain('bad');

    const id = `${token}-two`;
    expect(await ctr(...(await mapped(containerd, 'two', ['/bin/sleep', '600'], ['-d'])))).toMatchObject({
      exitCode: 0,
    });
    const exec = [
      'task',
      'exec',
      '--exec-id',
      'x',
      id,
      '/bin/sh',
      '-c',
      'cat /proc/self/uid_map; echo anew > /dev/stdout; exit 3',
    ];
    expect(await ctr(...exec)).toMatchObject({ exitCode: 3, stdout: expect.stringMatching(/65536\nanew$/) });
  });

  test('with a terminal', async () => {
    const containerd = await containerdV2({ program });
    const args = await mapped(
      containerd,
      'one',
      ['/bin/sh', '-c', '/bin/tty; echo anew > /dev/tty; exit 5'],
      ['-t', '--rm'],
      true,
    );
    const line = ['ctr', '--address', containerd.address, ...args].map((word) => `'${word}'`).join(' ');
    const { stdout, exitCode } = await execa('script', ['-qec', line, '/dev/null'], {
      reject: false,
      timeout: 20_000,
    });
    expect(stdout).toMatch(/\/dev\/pts\/\d+\r+\nanew/);
    expect(exitCode).toBe(5);
  });
});

/** The arguments of `ctr` that run a container with these ids. */
async function mapped(
  { base, rootfs, token }: ContainerdV2,
  name: string,
  args: string[],
  options: readonly string[],
  terminal = false,
): Promise<string[]> {
  const id = `${token}-${name}`;
  const spec = defaultSpec({
    ...{ args, rootfs, cgroupsPath: `/${id}`, rootless: false, terminal },
    ...{ uidMappings: IDS, gidMappings: IDS },
  });
  const config = path.join(base, `${name}.json`);
  await writeFile(config, JSON.stringify(spec));
  // For the mapped root to come to its root directory, and to make in it what is mounted on.
  await chmod(base, 0o711);
  await chown(rootfs, HOST_ID, HOST_ID);
  return ['run', '--runtime', RUNTIME, ...options, '--config', config, id];
}
