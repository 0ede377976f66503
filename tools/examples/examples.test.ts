import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { leftovers } from '../leftovers.ts';
import { needs } from '../testing/needs.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { makeBusyboxRootfs } from './busybox-rootfs.ts';
import { runSandboxed, type SandboxOptions } from './run-sandboxed.ts';

const MIB = 1024 * 1024;

function example(name: string, ...args: readonly string[]) {
  const file = path.join(import.meta.dirname, name);
  return execa(process.execPath, ['--conditions=@shimwright/source', file, ...args], { reject: false });
}

describe('run-sandboxed', () => {
  needs('linux', 'root', 'command runc', 'command busybox');

  const sandboxed = (script: string, options: Partial<SandboxOptions> = {}) =>
    runSandboxed({ args: ['sh', '-c', script], timeoutMs: 30_000, memoryBytes: 64 * MIB, ...options });
  const fine = { timedOut: false, outOfMemory: false };

  afterEach(() => {
    expect(leftovers('sandbox-')).toEqual([]);
  });

  test('gives back what was said, and the exit status', async () => {
    const result = await sandboxed('echo hello; echo oh >&2; exit 3');
    expect(result).toEqual({ stdout: 'hello\n', stderr: 'oh\n', exitStatus: 3, ...fine });
  });

  test('hands over the input, to its end', async () => {
    const stdin = 'x'.repeat(MIB);
    expect(await sandboxed('wc -c', { stdin })).toMatchObject({ stdout: `${MIB}\n`, exitStatus: 0, ...fine });
    expect(await sandboxed('exit 4', { stdin })).toMatchObject({ exitStatus: 4, ...fine });
  });

  test('ends what loops for ever, and all it started', async () => {
    const result = await sandboxed('sleep 1000 & echo begun; while true; do true; done', { timeoutMs: 500 });
    expect(result).toMatchObject({ stdout: 'begun\n', exitStatus: 137, timedOut: true, outOfMemory: false });
  });

  test.each([
    ['in its heap', 'tail /dev/zero'],
    ['in files', 'dd if=/dev/zero of=/tmp/file bs=1M count=1000'],
  ])('ends what takes too much memory %s', async (_, script) => {
    const result = await sandboxed(script);
    expect(result).toMatchObject({ exitStatus: 137, timedOut: false, outOfMemory: true });
  });

  test('has no network', async () => {
    const { stdout, stderr } = await sandboxed('ip -o link; nc -w 5 1.1.1.1 80; ping -c 1 1.1.1.1');
    expect(stdout.match(/^\d+: /gm)).toEqual(['1: ']);
    expect(stderr).toContain('Network is unreachable');
    expect(stderr).toContain('ping: permission denied');
  });

  test('survives a fork bomb, which gets no further than its processes', async () => {
    const script = 'f() { f | f & }; f 2>/dev/null; while true; do echo still here; sleep 0.1; done';
    const result = await sandboxed(script, { timeoutMs: 1_500, memoryBytes: 512 * MIB });
    expect(result).toMatchObject({
      stdout: expect.stringContaining('still here'),
      exitStatus: 137,
      timedOut: true,
    });
    const { stderr } = await sandboxed('for i in $(seq 100); do sleep 10 & done');
    expect(stderr).toContain("can't fork: Resource temporarily unavailable");
  });

  test('sees no secret of this machine, in files or in processes', async () => {
    const directory = await mkdtemp('/run/secret-');
    onTestFinished(() => rm(directory, { recursive: true }));
    await writeFile(`${directory}/key`, 'a secret');
    const script = `cat ${directory}/key; cat /proc/*/root${directory}/key; cat /proc/1/environ; ls /root /etc /home; ps`;
    const { stdout, stderr } = await sandboxed(script);
    expect(stdout + stderr).not.toContain('a secret');
    expect(stderr).toContain(`cat: can't open '${directory}/key': No such file or directory`);
    expect(stderr).toContain('ls: /etc: No such file or directory');
    expect(stdout).not.toContain('node');
  });

  test('can change nothing: neither its root directory nor who it is', async () => {
    const script =
      'id -u; touch /bin/x; chmod 777 /; mount -t tmpfs x /tmp; echo x > /proc/sys/kernel/hostname; su';
    const { stdout, stderr } = await sandboxed(script);
    expect(stdout).toBe('65534\n');
    expect(stderr.match(/Read-only file system|not permitted|denied|must be suid/gi)).toHaveLength(5);
  });

  test('keeps the beginning of an output without end', async () => {
    const { stdout, timedOut } = await sandboxed('yes', { timeoutMs: 1_000 });
    expect(stdout).toBe('y\n'.repeat(MIB / 2));
    expect(timedOut).toBe(true);
  });

  test('takes another root directory', async () => {
    const rootfs = await tempDir({ hello: 'from this root' });
    await chmod(rootfs, 0o755);
    await makeBusyboxRootfs(rootfs);
    const options = { rootfs, timeoutMs: 30_000, memoryBytes: 64 * MIB };
    expect(await runSandboxed({ ...options, args: ['cat', '/hello'] })).toMatchObject({
      stdout: 'from this root',
    });
  });

  test('a command that is not there is an error with the words of the OCI runtime, and leaves nothing', async () => {
    const running = runSandboxed({ args: ['/no/such'], timeoutMs: 1_000, memoryBytes: 64 * MIB });
    await expect(running).rejects.toThrow('no such file or directory');
  });

  test('many run at the same time, each by itself', async () => {
    const results = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => sandboxed(`echo ${n} > /tmp/n; cat /tmp/n; ps | wc -l`)),
    );
    expect(results.map(({ stdout }) => stdout)).toEqual([1, 2, 3, 4, 5].map((n) => `${n}\n4\n`));
  });

  test('runs its arguments as a program', async () => {
    const { stdout, stderr } = await example('run-sandboxed.ts', 'echo', 'hello');
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringContaining("stdout: 'hello\\n'"), stderr: '' });
  });
});
