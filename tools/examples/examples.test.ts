import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { defaultSpec, newBundle, newShimClient, shimRemote } from '@shimwright/runtime-v1';
import { execa } from 'execa';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { leftovers } from '../leftovers.ts';
import { needs } from '../testing/needs.ts';
import { sandbox } from '../testing/sandbox.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { makeBusyboxRootfs } from './busybox-rootfs.ts';
import { runSandboxed, type SandboxOptions } from './run-sandboxed.ts';

const MIB = 1024 * 1024;

function example(name: string, ...args: readonly string[]) {
  const file = path.join(import.meta.dirname, name);
  return execa(process.execPath, ['--conditions=@shimwright/source', file, ...args], { reject: false });
}

test('atomic-config-file: no reader sees half a file', async () => {
  const { stdout, stderr } = await example('atomic-config-file.ts');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^500 versions written, read \d+ times, whole each time$/);
});

test('delete-under-load: writers find the tree there, or gone', async () => {
  const { stdout, stderr } = await example('delete-under-load.ts');
  expect({ stdout: stdout.split('\n'), stderr }).toEqual({
    stdout: [
      'writers ended with ENOENT ENOENT ENOENT ENOENT',
      'left in the directory: 0',
      'left of interrupted deletes: 0',
    ],
    stderr: '',
  });
});

test('echo-service: answers twice what it was told', async () => {
  const { stdout, stderr } = await example('echo-service.ts');
  expect({ stdout, stderr }).toEqual({ stdout: 'hello, hello', stderr: '' });
});

describe('first-container', () => {
  needs('linux', 'root', 'command runc');

  test('says what its container says, and how it ended', async () => {
    const { stdout, stderr } = await example('first-container.ts');
    expect({ stdout, stderr }).toEqual({ stdout: 'hello from a container\nit ended with 0', stderr: '' });
  });
});

describe('talk-to-shim', () => {
  needs('linux', 'root', 'command runc', 'command containerd-shim');

  test('tells what goes on in a container of the stock shim, which goes on', async () => {
    const { base, token, runtimeRoot, socketRoot, daemonAddress } = await sandbox();
    const [id, namespace, state] = ['web', 'other', path.join(base, 'state')];
    const spec = defaultSpec({ args: ['sleep', '600'], cgroupsPath: `/${token}` });
    const bundle = await newBundle({
      id,
      path: path.join(state, namespace),
      workDir: path.join(base, 'root'),
      spec,
    });
    const config = { shim: 'containerd-shim', runtimeRoot, socketRoot };
    const shim = await newShimClient(bundle, namespace, shimRemote(config, { daemonAddress }));
    onTestFinished(async () => {
      await shim.kill({ id, signal: 9, all: true });
      await shim.wait({ id });
      await shim.delete({});
      await shim.stopShim();
      await shim.close();
      await bundle.delete();
    });
    const rootfs = [{ type: 'bind', source: '/', options: ['bind', 'ro'] }];
    const { pid } = await shim.create({ id, bundle: bundle.path, rootfs });
    await shim.start({ id });
    const { shimPid } = await shim.shimInfo({});

    for (let turn = 0; turn < 2; turn++) {
      const { stdout, stderr } = await example('talk-to-shim.ts', namespace, id, state);
      expect({ stdout, stderr }).toEqual({
        stdout: `shim ${shimPid}: web is RUNNING, process ${pid} of 1`,
        stderr: '',
      });
    }
  });
});

describe('supervisor', () => {
  needs('linux', 'root', 'command runc');

  test('one that was killed is no loss: the next finds its containers, and hears how they ended', async () => {
    const { base } = await sandbox();
    const killed = example('supervisor.ts', base);
    const said = createInterface({ input: killed.stdout });
    const started = new Map<string, string>();
    for await (const line of said) {
      const [, id = '', pid = ''] = /^(\w+): process (\d+) started$/.exec(line) ?? [];
      if (id) started.set(id, pid);
      if (started.size === 2) killed.kill('SIGKILL');
    }
    await killed;
    // The worker ends while nobody supervises it.
    const log = () => readFile(path.join(base, 'logs/worker'), 'utf8');
    await expect.poll(log, { timeout: 30_000 }).toBe('done\n');

    const { stdout, stderr } = await example('supervisor.ts', base);
    expect(stderr).toBe('');
    const lines = stdout.split('\n');
    expect(lines).toEqual(expect.arrayContaining(['clock: found, live-shim', 'worker: found, live-shim']));
    expect(stdout).toMatch(new RegExp(`^clock: process ${started.get('clock')} (RUNNING|STOPPED)$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^worker: process ${started.get('worker')} (RUNNING|STOPPED)$`, 'm'));
    expect(lines).toEqual(expect.arrayContaining(['clock: ended with 0', 'worker: ended with 3']));
    const ticks = await readFile(path.join(base, 'logs/clock'), 'utf8');
    expect(ticks).toBe([1, 2, 3, 4, 5, 6].map((tick) => `tick ${tick}\n`).join(''));
    await expect.poll(() => leftovers(path.basename(base)), { timeout: 10_000 }).toEqual([]);
  });
});

describe('run-sandboxed', () => {
  needs('linux', 'root', 'command runc', 'command busybox');

  const sandboxed = (script: string, options: Partial<SandboxOptions> = {}) =>
    runSandboxed({ args: ['sh', '-c', script], timeoutMs: 30_000, memoryBytes: 64 * MIB, ...options });
  const fine = { timedOut: false, outOfMemory: false };

  afterEach(() => {
    expect(leftovers('sandboxed-')).toEqual([]);
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
    // The shell itself starts nothing more: one that cannot fork ends.
    const count = 'i=$((i + 1)); [ $((i % 20000)) != 0 ] || echo still here';
    const script = `f() { f | f & }; f 2>/dev/null; i=0; while :; do ${count}; done`;
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
      [1, 2, 3, 4, 5].map((n) => sandboxed(`echo ${n} > /tmp/n; cat /tmp/*; echo $$`)),
    );
    expect(results.map(({ stdout }) => stdout)).toEqual([1, 2, 3, 4, 5].map((n) => `${n}\n1\n`));
  });

  test('runs its arguments as a program', async () => {
    const { stdout, stderr } = await example('run-sandboxed.ts', 'echo', 'hello');
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringContaining("stdout: 'hello\\n'"), stderr: '' });
  });
});
