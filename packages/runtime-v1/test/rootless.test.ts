import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeBusyboxRootfs } from '../../../tools/examples/busybox-rootfs.ts';
import { hasSystemd } from '../../../tools/testing/cgroup.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { nodeForOthers } from '../../../tools/testing/node-for-others.ts';
import { needsReachable } from '../../../tools/testing/reachable.ts';
import { type Sandbox, sandbox } from '../../../tools/testing/sandbox.ts';

needs('linux', 'root', 'command runc', 'command busybox');

const PROGRAM = path.join(import.meta.dirname, 'fixtures/rootless.ts');

needsReachable(PROGRAM);
const USER = 1000;

/** A place that belongs to a user who is not root, as `XDG_RUNTIME_DIR` does. */
async function place(): Promise<Sandbox & { readonly rootfs: string }> {
  const where = await sandbox();
  const rootfs = path.join(where.base, 'rootfs');
  await makeBusyboxRootfs(rootfs);
  await chown(where.base, USER, USER);
  await chmod(where.base, 0o700);
  return { ...where, rootfs };
}

async function asUser({ base }: Sandbox, ...args: readonly string[]) {
  const node = await nodeForOthers();
  const { stdout, stderr } = await execa(node, ['--conditions=@shimwright/source', PROGRAM, ...args], {
    ...{ uid: USER, gid: USER, cwd: base, reject: false },
    env: { XDG_RUNTIME_DIR: base, HOME: base },
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe.each(['local', 'shared'])('a user who is not root, with a %s shim', (shim) => {
  test('runs a container to its end, with another process in it', async () => {
    const where = await place();
    expect(await asUser(where, where.base, where.rootfs, shim, 'live')).toMatchObject({
      said: '0\nhello\n',
      exitStatus: 3,
      ofExec: 5,
      found: [],
    });
  });

  test('is told that only root can mount a root directory, and what to do instead', async () => {
    const where = await place();
    const { message } = await asUser(where, where.base, where.rootfs, shim, 'mount');
    expect(message).toMatch(/only root can mount.*root\.path/);
    expect(existsSync(path.join(where.base, 'state/web'))).toBe(false);
  });
});

test('a user who is not root cleans up after a shim that was killed', async () => {
  const where = await place();
  const { pid } = await asUser(where, where.base, where.rootfs, 'shared', 'crash');
  expect(pid).toBeGreaterThan(0);
  const found = await asUser(where, where.base, where.rootfs, 'shared', 'clean');
  expect(found).toContain('dead-shim true');
  expect(isRunning(pid)).toBe(false);
});

describe('a user to whom systemd has delegated a cgroup', () => {
  beforeEach(({ skip }) => {
    if (!hasSystemd()) skip('systemd does not run here, so nobody delegates a cgroup');
  });

  test('limits the processes of a container', async () => {
    const where = await place();
    const node = await nodeForOthers();
    // Whoever owns a cgroup must not be in it itself, if those below are to have limits: cgroups(7).
    const script = `own=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)
      mkdir "$own/manager" && echo $$ > "$own/manager/cgroup.procs"
      exec "$@" "\${own#/sys/fs/cgroup}/web"`;
    const program = [
      node,
      '--conditions=@shimwright/source',
      PROGRAM,
      where.base,
      where.rootfs,
      'local',
      'live',
    ];
    const { stdout, stderr } = await execa(
      'systemd-run',
      [
        ...['--quiet', '--pipe', '--wait', '--collect', '--property=Delegate=yes'],
        ...[
          `--uid=${USER}`,
          `--gid=${USER}`,
          `--setenv=XDG_RUNTIME_DIR=${where.base}`,
          `--working-directory=${where.base}`,
        ],
        ...['sh', '-c', script, 'sh', ...program],
      ],
      { reject: false },
    );
    expect(stderr).toBe('');
    const { exitStatus, cgroup } = JSON.parse(stdout);
    expect(exitStatus).toBe(3);
    expect(cgroup).toMatch(/\/web$/);
  });
});

/** Whether a process runs; the first of the machine may take its time to collect one that has ended. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
