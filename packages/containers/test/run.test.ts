import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { processIds } from '../../../tools/testing/command-lines.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { type RunOptions, run } from '../src/index.ts';
import { testPlace } from './place.ts';

const MIB = 1024 * 1024;

describe('run', () => {
  needs('linux', 'root', 'command runc', 'command busybox');

  const where = testPlace();
  const sh = (script: string, options: Partial<RunOptions> = {}) =>
    run({ ...where.place, rootfs: where.rootfs, args: ['sh', '-c', script], ...options });

  test('gives back what was said, how it ended, and leaves nothing', async () => {
    const result = await sh('echo hello; echo oh >&2; touch /new; exit 3');
    expect(result).toEqual({
      exitCode: 3,
      signal: undefined,
      stdout: 'hello\n',
      stderr: 'oh\n',
      truncated: false,
      timedOut: false,
      oomKilled: false,
      durationMs: expect.any(Number),
    });
    expect(await where.left()).toEqual([]);
    expect(await readdir(where.rootfs)).not.toContain('new');
  });

  test('finds its helper process again that has stayed, which ends by itself', async () => {
    const place = { ...where.place, stateDir: path.join(where.base, 'lingering'), lingerMs: 3_000 };
    const helpers = () => processIds(`--grace 3000 --shared ${place.stateDir}`);
    await sh('true', place);
    const first = helpers();
    expect(first.length).toBeGreaterThan(0);
    await sh('true', place);
    expect(helpers()).toEqual(first);
    await expect.poll(helpers, { timeout: 30_000 }).toEqual([]);
  });

  test.each([-1, 1.5, Number.NaN, 3_600_001])('refuses %s as the time that it stays', async (lingerMs) => {
    await expect(sh('true', { lingerMs })).rejects.toMatchObject({
      code: 'ERR_CONTAINER_ARGUMENT',
      option: 'lingerMs',
    });
  });

  test('hands over text, bytes and streams as input, to their end', async () => {
    const stdin = 'x'.repeat(MIB);
    const inputs = [stdin, Buffer.from(stdin), Readable.from([stdin.slice(1), 'x'])];
    const results = await Promise.all(inputs.map((input) => sh('wc -c', { stdin: input })));
    expect(results.map(({ stdout }) => stdout.trim())).toEqual(inputs.map(() => String(MIB)));
    expect(await sh('exit 4', { stdin })).toMatchObject({ exitCode: 4 }); // it need not read it
  });

  test('kills what runs for too long, with all it started', async () => {
    const result = await sh('sleep 1000 & echo begun; sleep 1000', { timeoutMs: 500 });
    expect(result).toMatchObject({ stdout: 'begun\n', exitCode: 137, signal: 'SIGKILL', timedOut: true });
  });

  test('tells that the memory was not enough', async () => {
    const result = await sh('tail /dev/zero', { memoryBytes: 32 * MIB });
    expect(result).toMatchObject({ exitCode: 137, signal: 'SIGKILL', oomKilled: true, timedOut: false });
  });

  test('limits processes, processors and what is written to the root', async () => {
    const limits = { pidsLimit: 5, cpus: 0.5, diskBytes: 4 * MIB };
    const script = 'dd if=/dev/zero of=/big bs=1M count=50; for i in 1 2 3 4 5 6 7 8; do sleep 1 & done';
    const { stderr } = await sh(script, limits);
    expect(stderr).toContain('No space left on device');
    expect(stderr).toContain("can't fork");
    const quota = 'cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max 2>/dev/null';
    expect((await sh(quota, limits)).stdout).toMatch(/^50000\b/);
  });

  test('keeps the beginning of an output without end, and says that it is cut off', async () => {
    const { stdout, truncated } = await sh('yes | head -c 5000000', { maxOutputBytes: 1_000 });
    expect({ stdout, truncated }).toEqual({ stdout: 'y\n'.repeat(500), truncated: true });
    expect(await sh('printf 12345', { maxOutputBytes: 5 })).toMatchObject({
      stdout: '12345',
      truncated: false,
    });
  });

  test('cuts an output between characters', async () => {
    expect((await sh('printf ääää', { maxOutputBytes: 5 })).stdout).toBe('ää');
  });

  test('passes the output on as it comes', async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    await sh('echo out; echo err >&2', { stdout, stderr });
    stdout.end();
    stderr.end();
    expect([await text(stdout), await text(stderr)]).toEqual(['out\n', 'err\n']);
  });

  test('a process left behind with the output in its hands does not hold up the result', async () => {
    expect(await sh('sleep 1000 & echo done')).toMatchObject({ stdout: 'done\n', exitCode: 0 });
  });

  test('sets variables, directory, user, host name and mounts', async () => {
    const { stdout, stderr } = await sh(
      'echo $GREETING $(pwd) $(id -u):$(id -g) $(hostname); cat /host/hostname; echo x > /host/y; echo v > /vol/file; df -m /mem | tail -1',
      {
        env: { GREETING: 'hello' },
        workdir: '/tmp',
        user: '12:34',
        hostname: 'there',
        mounts: [
          { type: 'bind', source: '/etc', target: '/host', readonly: true },
          { type: 'tmpfs', target: '/mem', sizeBytes: 3 * MIB },
          { type: 'volume', source: 'data', target: '/vol' },
        ],
      },
    );
    expect(stdout).toMatch(/^hello \/tmp 12:34 there\n/);
    expect(stdout).toMatch(/tmpfs\s+3\s/);
    expect(stderr).toContain("can't create /host/y: Read-only file system");
    const volume = [{ type: 'volume', source: 'data', target: '/vol' }] as const;
    await sh('echo kept > /vol/file', { mounts: volume });
    expect((await sh('cat /vol/file', { mounts: volume })).stdout).toBe('kept\n');
    expect(await readdir(path.join(where.place.dataDir, 'volumes/data'))).toEqual(['file']);
  });

  test('finds a user and its groups by name in the files of the root, whose links lead nowhere else', async () => {
    await mkdir(`${where.rootfs}/etc`);
    await writeFile(`${where.rootfs}/etc/group`, 'staff:x:50:\nextra:x:60:web,other\n');
    await symlink('/etc/users', `${where.rootfs}/etc/passwd`); // below the root, not on this machine
    await writeFile(`${where.rootfs}/etc/users`, 'root:x:0:0::/:/bin/sh\nweb:x:33:44::/:/bin/sh\n');
    const who = async (user: string) => (await sh('echo $(id -u) $(id -g) $(id -G)', { user })).stdout.trim();
    expect(await who('web')).toBe('33 44 44 60');
    expect(await who('web:staff')).toBe('33 50 50');
    expect(await who('1000')).toBe('1000 0 0');
    await expect(sh('true', { user: 'daemon' })).rejects.toMatchObject({ code: 'ERR_CONTAINER_USER' });
  });

  test('a root that is read-only cannot be written, but /tmp can', async () => {
    const { stderr, exitCode } = await sh('touch /x; touch /tmp/x', { readonly: true });
    expect({ stderr, exitCode }).toEqual({
      stderr: expect.stringContaining('Read-only file system'),
      exitCode: 0,
    });
  });

  test('has a terminal that says all on one output', async () => {
    const { stdout, stderr } = await sh('tty; echo oh >&2', { terminal: true });
    expect({ stdout, stderr }).toEqual({ stdout: '/dev/pts/0\r\noh\r\n', stderr: '' });
  });

  test.each([
    ['is not there', ['/no/such'], 127],
    ['is not on the PATH', ['no-such-command'], 127],
    ['is a directory', ['/bin'], 126],
  ])('a command that %s is told, with what a shell would exit with', async (_, args, exitCode) => {
    await expect(run({ ...where.place, rootfs: where.rootfs, args })).rejects.toMatchObject({
      code: 'ERR_CONTAINER_COMMAND',
      exitCode,
    });
    expect(await where.left()).toEqual([]);
  });

  test('many run at once, each by itself', async () => {
    const results = await Promise.all([1, 2, 3, 4, 5].map((n) => sh(`echo ${n} > /n; cat /n; echo $$`)));
    expect(results.map(({ stdout }) => stdout)).toEqual([1, 2, 3, 4, 5].map((n) => `${n}\n1\n`));
    expect(await where.left()).toEqual([]);
  });

  test('of two of one name, one is told that the name is taken', async () => {
    const results = await Promise.allSettled([
      sh('sleep 1', { name: 'same' }),
      sh('sleep 1', { name: 'same' }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const rejected = results.find(({ status }) => status === 'rejected');
    expect(rejected).toMatchObject({ reason: { code: 'ERR_CONTAINER_EXISTS' } });
    expect(await where.left()).toEqual([]);
  });

  test('an abort ends it and leaves nothing', async () => {
    const controller = new AbortController();
    const stdout = new PassThrough();
    stdout.once('data', () => controller.abort(new Error('enough')));
    await expect(sh('echo begun; sleep 1000', { stdout, signal: controller.signal })).rejects.toThrow(
      'enough',
    );
    expect(await where.left()).toEqual([]);
  });
});
