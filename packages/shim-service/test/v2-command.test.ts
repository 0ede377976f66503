import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { sandbox } from '../../../tools/testing/sandbox.ts';
import { BootstrapParams, BootstrapResult } from '../../shim-api/src/bootstrap.ts';
import { Any } from '../../shim-api/src/index.ts';
import {
  DeleteResponse,
  RuncOptions,
  RuntimeInfo,
  RuntimeOptions,
  TaskV2Definition,
  TaskV3Definition,
} from '../../shim-api/src/task-v2.ts';
import { connect } from '../../ttrpc/src/index.ts';
import type { Ended } from './fixtures/containerd-v2.ts';
import { groupsOf, servingGroupOf } from './fixtures/v2-group.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

describe('containerd-shim-shimwright-v2', () => {
  needs('linux', 'root', 'command runc');

  let program: V2Program;
  beforeAll(async () => {
    program = await v2Program();
  });
  afterAll(() => program.remove());

  test('starts one process for all of a namespace, also when it is asked many times at once', async () => {
    const { start, token } = await shims(program);
    const ids = Array.from({ length: 6 }, (_, index) => `c${index}`);
    const answers = await Promise.all(ids.map((id) => start(id)));
    expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
    expect(groupsOf(token)).toHaveLength(1);
    const [address = ''] = answers.map(({ stdout }) => stdout);
    const client = await connect(address.replace('unix://', ''));
    onTestFinished(() => client.close());
    for (const definition of [TaskV2Definition, TaskV3Definition]) {
      const { shimPid } = await client.service(definition).connect({ id: 'c0' });
      expect(shimPid).toBe(groupsOf(token)[0]?.server);
    }
    // It says where that is by the shell alone, and writes it down for the daemon.
    const again = await start('c0', { env: { SHIMWRIGHT_NODE: '/nonexistent' } });
    expect(again).toMatchObject({ stdout: address, exitCode: 0 });
    expect(await readFile(path.join(again.bundle, 'address'), 'utf8')).toBe(address);
  });

  test('starts another process in the place of one that is gone, whatever it has left', async () => {
    const { start, token } = await shims(program);
    const before = (await start('one')).stdout;
    const { recorded, server } = await servingGroupOf(token);
    for (const pid of [recorded, server]) process.kill(pid, 'SIGKILL');
    const { stdout } = await start('two');
    const client = await connect(stdout.replace('unix://', ''));
    onTestFinished(() => client.close());
    const { shimPid } = await client.service(TaskV2Definition).connect({ id: 'two' });
    expect(shimPid).not.toBe(server);
    expect(before).toBe(stdout);
  });

  test('answers in the form that the daemon takes', async () => {
    const { start, daemonAddress } = await shims(program);
    expect((await start('plain')).stdout).toMatch(/^unix:\/\/\/run\/containerd\/s\/[0-9a-f]{64}$/);
    // No daemon is there that could say to be of 2.0 or later.
    const unsure = await start('unsure', { env: { MAX_SHIM_VERSION: '2' } });
    expect(unsure.stdout).toMatch(/^unix:/);
    const params = BootstrapParams.fromPartial({ instanceId: 'new', containerdGrpcAddress: daemonAddress });
    const { bytes } = await start('new', { input: BootstrapParams.encode(params).finish(), isFirst: true });
    expect(BootstrapResult.decode(bytes)).toMatchObject({ version: 3, protocol: 'ttrpc' });
  });

  test.each([
    ['toml', 'group = "container"\nSystemdCgroup = false\n'],
    ['json', '{"group":"container","systemd_cgroup":false}'],
  ])('reads the options of a runtime as %s', async (_, text) => {
    const { start, token } = await shims(program);
    await start('one', { input: runtimeOptions({ configBody: Buffer.from(text) }) });
    await start('two', { input: runtimeOptions({ configBody: Buffer.from(text) }) });
    expect(groupsOf(token)).toHaveLength(2);
  });

  test('reads them from a file, whoever serves already', async () => {
    const { start, token, base } = await shims(program);
    const file = path.join(base, 'options.toml');
    await writeFile(file, 'group = "container"\n');
    await start('one');
    await start('two', { input: runtimeOptions({ configPath: file }) });
    expect(groupsOf(token)).toHaveLength(2);
  });

  test.each([
    ['an option that is none', 'Grup = "pod"', 'there is no option Grup'],
    ['a value of the wrong type', 'SystemdCgroup = "yes"', 'must be a boolean'],
    ['a group that is none', 'group = "planet"', 'none of namespace, pod and container'],
    ['what is no TOML', '= = =', 'cannot be read'],
  ])('refuses %s before anything is started', async (_, text, words) => {
    const { start, token } = await shims(program);
    const refused = await start('one', { input: runtimeOptions({ configBody: Buffer.from(text) }) });
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(words) });
    expect(groupsOf(token)).toEqual([]);
  });

  const LIES: readonly [what: string, input: Uint8Array, words: string][] = [
    [
      'bootstrap parameters of another container',
      BootstrapParams.encode(BootstrapParams.fromPartial({ instanceId: 'other', namespace: 'x' })).finish(),
      'options of other are not for this runtime',
    ],
    ['half a message', runtimeOptions({ configPath: '/nonexistent/options.toml' }).subarray(0, 40), ''],
    ['options in a file that is missing', runtimeOptions({ configPath: '/nonexistent/a.toml' }), 'ENOENT'],
    ['ten megabytes', Buffer.alloc(10_000_000, 0xff), 'are more than options can have'],
    ['ten megabytes of text', Buffer.alloc(10_000_000, 'text\n'), 'are more than options can have'],
  ];

  test.each(LIES)('refuses %s, whether a process serves already or not', async (_, input, words) => {
    const { start, token } = await shims(program);
    const refused = {
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/^containerd-shim-shimwright-v2: ./),
    };
    const first = await start('one', { input });
    expect(first).toMatchObject(refused);
    expect(first.stderr).toContain(words);
    expect(groupsOf(token)).toEqual([]);
    await start('two');
    const again = await start('one', { input });
    expect(again).toMatchObject(refused);
    expect(again.stderr).toContain(words);
  });

  test('answers all who start one container at once with the same process', async () => {
    const { start, token } = await shims(program);
    const answers = await Promise.all(Array.from({ length: 4 }, () => start('one')));
    expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
    expect(groupsOf(token)).toHaveLength(1);
  });

  test('never answers with a process that is about to end', async () => {
    const { start } = await shims(program, { SHIMWRIGHT_LINGER_MS: '0' });
    const pids = new Set<number>();
    for (const waitMs of [0, 0, 1, 2, 4, 8, 12, 16, 24, 32, 48]) {
      const { stdout, bundle } = await start('one');
      const client = await connect(stdout.replace('unix://', ''));
      const task = client.service(TaskV2Definition);
      pids.add((await task.connect({ id: 'one' })).shimPid);
      // A container that cannot be made is none, so that the process has nothing to do any more.
      await task.create({ id: 'one', bundle }).catch(() => {});
      await client.close();
      await delay(waitMs);
    }
    expect(pids.size).toBeGreaterThan(1);
  });

  test.each([
    ['no namespace', ['-id', 'x', 'start'], 'shim namespace cannot be empty', 2],
    ['a flag that is not known', ['-namespace', 'x', '-colour', 'start'], 'not defined: -colour', 2],
    ['a command that is none', ['-namespace', 'x', 'restart'], 'restart is no command', 2],
    ['an id that is a path', ['-namespace', 'x', '-id', '../../etc', 'start'], 'is no id', 1],
  ])('refuses %s', async (_, args, words, exitCode) => {
    const refused = await execa(program.file, args, { reject: false, env: program.env, stdin: 'ignore' });
    expect(refused).toMatchObject({ exitCode, stderr: expect.stringContaining(words) });
  });

  test('names what it needs where there is no Node.js', async () => {
    const { start } = await shims(program);
    const failed = await start('one', { env: { SHIMWRIGHT_NODE: '/nonexistent' } });
    expect(failed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('/nonexistent') });
  });

  test('its process is ended sooner than the daemon when memory runs out, and is in the cgroup that is asked for', async () => {
    const { start, token } = await shims(program);
    const cgroup = `/${token}-shims`;
    const hierarchies = execFileSync('findmnt', ['-rnt', 'cgroup,cgroup2', '-o', 'TARGET'], {
      encoding: 'utf8',
    });
    const roots = hierarchies
      .trim()
      .split('\n')
      .filter((root) => /pids|unified$|^\/sys\/fs\/cgroup$/.test(root));
    for (const root of roots) await mkdir(root + cgroup);
    const value = RuncOptions.encode(RuncOptions.fromPartial({ shimCgroup: cgroup })).finish();
    await start('one', { input: Any.encode({ typeUrl: 'containerd.runc.v1.Options', value }).finish() });
    const { server, recorded } = await servingGroupOf(token);
    expect(readFileSync(`/proc/${server}/cgroup`, 'utf8')).toContain(cgroup);
    const own = Number(readFileSync('/proc/self/oom_score_adj', 'utf8'));
    expect(Number(readFileSync(`/proc/${recorded}/oom_score_adj`, 'utf8'))).toBe(Math.min(own + 1, 1000));
    for (const pid of [recorded, server]) process.kill(pid, 'SIGKILL');
    for (const root of roots) {
      const removed = async () => (await execa('rmdir', [root + cgroup], { reject: false })).exitCode;
      await expect.poll(removed, { timeout: 5_000 }).toBe(0);
    }
  });

  test('delete of what was never made reports a process that was killed', async () => {
    const { deletion } = await shims(program);
    const { bytes } = await deletion('one');
    expect(DeleteResponse.decode(bytes)).toMatchObject({ exitStatus: 137, pid: 0 });
  });

  test('describes itself, and the OCI runtime below it', async () => {
    const { stdout } = await execa(program.file, ['-info'], {
      ...{ env: program.env, stdin: 'ignore', encoding: 'buffer' },
    });
    const info = RuntimeInfo.decode(stdout);
    expect(info.name).toBe('io.containerd.shimwright.v2');
    expect(JSON.parse(Buffer.from(info.features?.value ?? []).toString())).toHaveProperty('ociVersionMax');
    expect((await execa(program.file, ['-v'], { env: program.env })).stdout).toContain('Version:');
  });
});

interface Given {
  readonly input?: Uint8Array;
  readonly env?: NodeJS.ProcessEnv;
  /** Whether it has a group of its own, as that of a daemon that nobody has asked. */
  readonly isFirst?: boolean;
}

interface Answered extends Ended {
  readonly bytes: Uint8Array;
  readonly bundle: string;
}

/** Runs the program as a daemon does, in a bundle for each container. */
async function shims(program: V2Program, environment: NodeJS.ProcessEnv = {}) {
  const box = await sandbox();
  onTestFinished(async () => {
    // What was asked for and not used keeps a process for a minute.
    for (const { recorded, server, directory } of groupsOf(box.token)) {
      for (const pid of [recorded, server]) if (pid) process.kill(pid, 'SIGKILL');
      for (const left of [directory, `${directory}.lock`]) await rm(left, { recursive: true, force: true });
    }
  });
  const run = async (command: string, id: string, { input, env = {}, isFirst }: Given): Promise<Answered> => {
    const bundle = path.join(box.base, 'bundles', id);
    await mkdir(bundle, { recursive: true });
    await writeFile(path.join(bundle, 'config.json'), '{"annotations":{}}');
    const address = isFirst ? `${box.daemonAddress}-${id}` : box.daemonAddress;
    const flags = [
      '-namespace',
      'shimwright',
      '-address',
      address,
      '-publish-binary',
      '/bin/true',
      '-id',
      id,
    ];
    const ended = await execa(program.file, [...flags, command], {
      ...{ cwd: bundle, reject: false, encoding: 'buffer', timeout: 30_000 },
      ...(input ? { input } : { stdin: 'ignore' as const }),
      env: { ...program.env, ...environment, ...env },
    });
    const { stdout, stderr, exitCode } = ended as unknown as {
      stdout: Uint8Array;
      stderr: Uint8Array;
      exitCode: number;
    };
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
    return { bytes: stdout, stdout: text(stdout), stderr: text(stderr), exitCode, bundle };
  };
  return {
    ...box,
    start: (id: string, given: Given = {}) => run('start', id, given),
    deletion: (id: string) => run('delete', id, {}),
  };
}

function runtimeOptions(options: Partial<RuntimeOptions>): Uint8Array {
  const value = RuntimeOptions.encode(RuntimeOptions.fromPartial(options)).finish();
  return Any.encode({ typeUrl: 'runtimeoptions.v1.Options', value }).finish();
}
