import { randomBytes } from 'node:crypto';
import { type DefaultSpecOptions, defaultSeccomp, defaultSpec } from '@shimwright/bundle-core';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { OciRuntime } from '../../oci-runtime/src/index.ts';
import { buildStatic } from './fixtures/build-static.ts';
import { ESCAPES, type Escape } from './fixtures/escapes.ts';
import { runSpec, type SpecRun } from './fixtures/run-spec.ts';
import { systemCalls, type TableName } from './fixtures/system-calls.ts';

const EPERM = 1;
const ENOSYS = 38;

const native =
  process.arch === 'arm64'
    ? ({ table: 'aarch64', go: 'arm64' } as const)
    : ({ table: 'x86_64', go: 'amd64' } as const);

/** Runs a program of the host's in a container of the default spec. */
async function inContainer(
  runtime: 'runc' | 'crun',
  args: string[],
  options: Partial<DefaultSpecOptions> = {},
): Promise<SpecRun> {
  const cgroupsPath = `/shimwright-test-${randomBytes(6).toString('hex')}`;
  return runSpec(defaultSpec({ args, cgroupsPath, ...options }), { runtime });
}

/** The calls as the program for them takes them; those that the architecture lacks are left out. */
function ordersFor(escapes: readonly Escape[], table: TableName): string[] {
  const numbers = systemCalls(table);
  return escapes
    .filter(({ call }) => numbers.has(call))
    .map(({ call, args, what }) => `${what.replaceAll(/[ =]/g, '_')}=${[numbers.get(call), ...args].join()}`);
}

/** What each call gave, by what it would have got. */
function outcomes({ output }: SpecRun): Map<string, number> {
  const rows = output
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  return new Map(rows.map(([what = '', errno]) => [what, Number(errno)]));
}

const isRefused = (errno: number) => errno === EPERM || errno === ENOSYS;

const notRefused = (run: SpecRun) => [...outcomes(run)].filter(([, errno]) => !isRefused(errno));

/** The program may be where it likes: `/tmp` of the container is another one. */
async function program(name: string, arch: 'amd64' | 'arm64' | '386' = native.go): Promise<string> {
  return buildStatic(name, await tempDir({}, '/var/tmp'), arch);
}

// As good as all: with these, and nothing that filters, the kernel would answer otherwise.
const CAPABILITIES = [
  ...['CAP_SYS_ADMIN', 'CAP_SYS_BOOT', 'CAP_SYS_CHROOT', 'CAP_SYS_MODULE', 'CAP_SYS_NICE', 'CAP_SYS_PACCT'],
  ...['CAP_SYS_PTRACE', 'CAP_SYS_RAWIO', 'CAP_SYS_TIME', 'CAP_SYS_TTY_CONFIG', 'CAP_SYSLOG', 'CAP_BPF'],
  ...['CAP_DAC_READ_SEARCH', 'CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_PERFMON', 'CAP_CHECKPOINT_RESTORE'],
];

describe.each(['runc', 'crun'] as const)('a container of the default spec, by %s', (runtime) => {
  needs('linux', 'root', `command ${runtime}`, 'command go');

  test('gets EPERM or ENOSYS for each of more than 40 escapes and nuisances', async () => {
    const orders = ordersFor(ESCAPES, native.table);
    expect(orders.length).toBeGreaterThan(40);
    const run = await inContainer(runtime, [await program('call'), ...orders]);
    expect(outcomes(run).size).toBe(orders.length);
    expect(notRefused(run)).toEqual([]);
  });

  test('gets them from the filter, and not for want of capabilities', async () => {
    const args = [await program('call'), ...ordersFor(ESCAPES, native.table)];
    const seccomp = defaultSeccomp();
    const filtered = await inContainer(runtime, args, { capabilities: CAPABILITIES, seccomp });
    const unfiltered = await inContainer(runtime, args, { capabilities: CAPABILITIES, seccomp: false });
    expect([...outcomes(filtered).keys()]).toEqual([...outcomes(unfiltered).keys()]);
    expect(notRefused(filtered)).toEqual([]);
    // The others are those that this kernel was built without.
    expect(notRefused(unfiltered).length).toBeGreaterThan(40);
  });

  test('gets ENOSYS for what is newer than the filter, so that programs take the older way', async () => {
    const unknown = { call: 'clone3', args: ['p', 0], what: 'clone3' } as const;
    const run = await inContainer(runtime, [
      await program('call'),
      ...ordersFor([unknown], native.table),
      'future=9999',
    ]);
    expect([...outcomes(run)]).toEqual([
      ['clone3', ENOSYS],
      ['future', ENOSYS],
    ]);
  });

  test('gets through to what a capability is for, where it keeps that', async () => {
    const isFor = (call: string) => ESCAPES.filter((way) => way.call === call);
    const kept = [...isFor('mount'), ...isFor('ptrace'), ...isFor('chroot'), ...isFor('setns')];
    const run = await inContainer(runtime, [await program('call'), ...ordersFor(kept, native.table)], {
      capabilities: ['CAP_SYS_ADMIN', 'CAP_SYS_PTRACE', 'CAP_SYS_CHROOT'],
    });
    expect(outcomes(run).size).toBe(kept.length);
    expect([...outcomes(run)].filter(([, errno]) => isRefused(errno))).toEqual([]);
  });

  test('has the filter by what the runtime says of itself', async () => {
    const features = await new OciRuntime({ command: runtime })
      .features()
      .catch((error: { code: string }) => error.code);
    // crun 1.8 has no such command.
    if (features === 'ERR_RUNTIME_UNSUPPORTED') return;
    if (typeof features === 'string') return expect.unreachable(features);
    const { seccomp } = defaultSpec({ args: ['true'], features }).linux;
    expect(seccomp).toEqual(defaultSpec({ args: ['true'] }).linux.seccomp);
  });

  test('runs programs with threads, sockets, timers and children', async () => {
    expect(await inContainer(runtime, [await program('threads')])).toEqual({
      output: 'all of it',
      exitCode: 0,
    });
  });

  test('runs Node, with its threads, workers, sockets and children', async () => {
    const script = `
      import { execFileSync } from 'node:child_process';
      import { once } from 'node:events';
      import { promises as fs } from 'node:fs';
      import { createServer, connect } from 'node:net';
      import { networkInterfaces } from 'node:os';
      import { Worker } from 'node:worker_threads';
      await fs.writeFile('/tmp/x', 'text');
      await once(new Worker('1', { eval: true }), 'exit');
      const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
      await once(server, 'listening');
      await once(connect(server.address().port, '127.0.0.1').resume(), 'close');
      server.close();
      networkInterfaces();
      console.log(String(execFileSync('echo', ['all of it'])).trim());
    `;
    // Shown at a place of its own: the container's own /tmp may be over this one's.
    const node = {
      destination: '/run/node',
      type: 'bind',
      source: process.execPath,
      options: ['bind', 'ro'],
    };
    const args = [node.destination, '--input-type=module', '-e', script];
    expect(await inContainer(runtime, args, { mounts: [node] })).toEqual({
      output: 'all of it',
      exitCode: 0,
    });
  });

  test.each([
    ['sh', ['sh', '-c', 'seq 3 | sort -r | head -n 1; ls -d /tmp; date +%Y >/dev/null; sleep 0']],
    ['busybox', ['busybox', 'sh', '-c', 'busybox seq 3 | busybox sort -r | busybox head -n 1; busybox true']],
    ['apt-get', ['apt-get', '-v']],
    ['python3', ['python3', '-c', 'import threading, subprocess; subprocess.run(["true"], check=True)']],
  ])('runs %s', async (command, args) => {
    const { exitCode: isThere } = await execa('sh', ['-c', 'command -v "$1"', 'sh', command], {
      reject: false,
    });
    if (isThere !== 0) return;
    const run = await inContainer(runtime, args);
    expect(run).toMatchObject({ exitCode: 0 });
  });
});

describe('a program of 32 bits in a container on x86', () => {
  needs('linux', 'root', 'command runc', 'command go');

  test.runIf(process.arch === 'x64')('has no second door to the same calls', async () => {
    const binary = await program('call', '386');
    const { exitCode } = await execa(binary, { reject: false });
    if (exitCode !== 0) return; // this kernel runs none
    // socketcall takes the number of the call, 1 for socket, and the address of its arguments.
    const socketcall = { call: 'socketcall', args: [1, 'p'], what: 'socketcall' } as const;
    const orders = ordersFor([...ESCAPES, socketcall], 'x86');
    const run = await inContainer('runc', [binary, ...orders], {
      capabilities: CAPABILITIES,
      seccomp: defaultSeccomp(),
    });
    expect(outcomes(run).size).toBe(orders.length);
    expect(notRefused(run)).toEqual([]);
  });
});

describe('memory file systems in a container of the default spec', () => {
  needs('linux', 'root', 'command runc');

  test('are full at their size, and at their number of files', async () => {
    const fill = (directory: string) =>
      `head -c 8388608 /dev/zero > ${directory}/x 2>/dev/null && echo ${directory} holds 8 MiB; rm ${directory}/x`;
    const many =
      'i=0; while [ $i -lt 2000 ] && echo > /tmp/$i; do i=$((i+1)); done 2>/dev/null; [ $i -lt 2000 ] && echo files end';
    const { output } = await inContainer(
      'runc',
      ['sh', '-c', `${fill('/tmp')}; ${fill('/dev/shm')}; ${many}`],
      {
        tmpBytes: 4 * 1024 * 1024,
        shmBytes: 4 * 1024 * 1024,
      },
    );
    expect(output.trim()).toBe('files end');
  });
});
