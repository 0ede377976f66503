import { closeSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { DOWNLOAD_MS } from '../../../tools/testing/suite-engines.ts';
import { suiteRuntimes } from '../../../tools/testing/suite-runtimes.ts';
import { defaultSpec } from '../../bundle-core/src/index.ts';
import { cloneMount, mapMountIds } from '../../linux-native/src/index.ts';
import { packAny } from '../../shim-api/src/index.ts';
import { makeUserNamespace } from '../../task-core/src/user-namespace.ts';
import { busyboxRootfs } from './fixtures/containerd.ts';
import { type ContainerdV2, containerdV2, RUNTIME } from './fixtures/containerd-v2.ts';
import { drivenShim } from './fixtures/v2-driven.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

const HOST_ID = 100_000;
const IDS = [{ containerID: 0, hostID: HOST_ID, size: 65_536 }];
const USER_NAMESPACE = { rootless: false, uidMappings: IDS, gidMappings: IDS };
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
});

describe('a root directory whose ids are mapped, as containerd 1.7 and later ask for it,', () => {
  needs('linux', 'root', 'command runc', 'command busybox', 'command unshare');

  let program: V2Program;
  beforeAll(async () => {
    program = await v2Program();
  });
  afterAll(() => program.remove());

  const MAPS = ['uidmap=0:100000:65536', 'gidmap=0:100000:65536'];

  const ROOTS: readonly [what: string, mountOf: (layers: Layers) => Layered][] = [
    [
      'is an overlay',
      ({ lowers, upper, work }) => ({
        ...{ type: 'overlay', isWritable: true },
        options: [`lowerdir=${lowers}`, `upperdir=${upper}`, `workdir=${work}`],
      }),
    ],
    [
      'is an overlay that nothing is written to',
      ({ lowers }) => ({ type: 'overlay', options: ['ro', `lowerdir=${lowers}`] }),
    ],
    ['is a bind mount', ({ lower }) => ({ type: 'bind', source: lower, options: ['rbind', 'ro'] })],
  ];

  test.for(ROOTS)('%s', async ([_what, mountOf], context) => {
    const script = 'stat -c "%u:%g" / /bin/busybox /added; (echo new > /made) 2>&1; exit 7';
    const spec = { args: ['/bin/sh', '-c', script], rootless: false, uidMappings: IDS, gidMappings: IDS };
    const driven = await drivenShim({ program, spec: { ...spec, readonlyRootfs: false } });
    const { id, bundle, base, task, create } = driven;
    const layers = await layersIn(base);
    const why = await whyNoMaps(layers.lower);
    if (why) return context.skip(why);
    const stdout = path.join(base, 'out');
    const { type, options, source = type, isWritable } = mountOf(layers);
    await create({
      rootfs: [{ type, source, target: '', options: [...options, ...MAPS] }],
      stdout: `file://${stdout}`,
    });
    const mounted = mountsAt(path.join(bundle, 'rootfs'));
    expect(mounted).toHaveLength(1);
    await task.start({ id });
    expect(await task.wait({ id })).toMatchObject({ exitStatus: 7 });
    await task.delete({ id });
    const said = await readFile(stdout, 'utf8');
    expect(said).toMatch(/^(0:0\n){3}/);
    if (isWritable)
      expect(await stat(path.join(layers.upper, 'made'))).toMatchObject({ uid: HOST_ID, gid: HOST_ID });
    else expect(said).toContain('Read-only file system');
    expect(mountsAt(path.join(bundle, 'rootfs'))).toEqual([]);
  });

  test('may have a terminal in it, which belongs to the mapped root', async (context) => {
    const args = ['/bin/sh', '-c', 'stat -c %u "$(/bin/tty)"; echo anew > /dev/tty; exit 5'];
    const driven = await drivenShim({ program, spec: { args, terminal: true, ...USER_NAMESPACE } });
    const { id, base, task, create } = driven;
    const { lower } = await layersIn(base);
    const why = await whyNoMaps(lower);
    if (why) return context.skip(why);
    const stdout = path.join(base, 'out');
    const rootfs = [{ type: 'bind', source: lower, target: '', options: ['rbind', ...MAPS] }];
    await create({ rootfs, stdout: `file://${stdout}`, terminal: true });
    await task.start({ id });
    expect(await task.wait({ id })).toMatchObject({ exitStatus: 5 });
    await task.delete({ id });
    expect(await readFile(stdout, 'utf8')).toBe('0\r\nanew\r\n');
  });

  // runc 1.1, of Debian 12 and 13, shows such a mount as any other.
  test(
    'holds a directory whose ids are mapped too, by a runc that can',
    async (context) => {
      const { found = { reason: 'there is none' } } =
        suiteRuntimes().find(({ title }) => title === 'runc of forky') ?? {};
      if ('reason' in found) return context.skip(found.reason);
      const driven = await drivenShim({
        program,
        spec: { args: ['/bin/stat', '-c', '%u:%g', '/data/added'], ...USER_NAMESPACE },
      });
      const { id, bundle, base, runtimeRoot, task, create } = driven;
      const { lower } = await layersIn(base);
      const why = await whyNoMaps(lower);
      if (why) return context.skip(why);
      const config = path.join(bundle, 'config.json');
      const spec = JSON.parse(await readFile(config, 'utf8'));
      const data = {
        destination: '/data',
        type: 'bind',
        source: lower,
        options: ['rbind', 'ro'],
        uidMappings: IDS,
        gidMappings: IDS,
      };
      await writeFile(config, JSON.stringify({ ...spec, mounts: [...spec.mounts, data] }));
      await mkdir(path.join(lower, 'data'));
      const stdout = path.join(base, 'out');
      await create({
        rootfs: [{ type: 'bind', source: lower, target: '', options: ['rbind', ...MAPS] }],
        options: packAny('containerd.runc.v1.Options', { root: runtimeRoot, binaryName: found.command }),
        stdout: `file://${stdout}`,
      });
      await task.start({ id });
      expect(await task.wait({ id })).toMatchObject({ exitStatus: 0 });
      await task.delete({ id });
      expect(await readFile(stdout, 'utf8')).toBe('0:0\n');
    },
    DOWNLOAD_MS,
  );

  test.each([
    ['of which nobody knows what they mean', ['uidmap=0:1', 'gidmap=0:100000:65536'], /is no map of ids/],
    ['that the kernel refuses', ['uidmap=0:0:4294967295', 'gidmap=7:7:4294967295'], /EINVAL/],
  ])('with maps %s is refused, and nothing stays', async (_what, maps, words) => {
    const { base, bundle, create } = await drivenShim({ program });
    const { lower } = await layersIn(base);
    const rootfs = [{ type: 'bind', source: lower, target: '', options: ['rbind', 'ro', ...maps] }];
    await expect(create({ rootfs })).rejects.toThrow(words);
    expect(mountsAt(path.join(bundle, 'rootfs'))).toEqual([]);
  });
});

interface Layered {
  readonly type: string;
  readonly source?: string;
  readonly options: readonly string[];
  readonly isWritable?: boolean;
}

interface Layers {
  readonly lower: string;
  /** It and one above it, whose name is not simple, as an option has them. */
  readonly lowers: string;
  readonly upper: string;
  readonly work: string;
}

/** What an overlay is made of: lower directories that root of the host owns, and an upper one of the mapped root. */
async function layersIn(base: string): Promise<Layers> {
  const [second, upper, work] = ['second: layer', 'upper', 'work'].map((name) => path.join(base, name));
  if (!second || !upper || !work) return expect.fail();
  const lower = await busyboxRootfs(path.join(base, 'lower'));
  await symlink('busybox', path.join(lower, 'bin/stat'));
  for (const name of ['proc', 'dev', 'sys', 'tmp', 'run']) await mkdir(path.join(lower, name));
  for (const directory of [second, upper, work]) await mkdir(directory);
  await writeFile(path.join(second, 'added'), '');
  await writeFile(path.join(lower, 'added'), '');
  await chown(upper, HOST_ID, HOST_ID);
  await chmod(base, 0o711);
  return { lower, lowers: `${second.replaceAll(':', '\\:')}:${lower}`, upper, work };
}

/** Why this kernel, or this file system, maps no ids; undefined where it does. */
async function whyNoMaps(directory: string): Promise<string | undefined> {
  const userNamespace = await makeUserNamespace({ uids: '0:100000:65536', gids: '0:100000:65536' });
  const mount = await cloneMount(directory);
  try {
    mapMountIds(mount, userNamespace);
    return undefined;
  } catch (error) {
    return `needs a file system that maps ids: ${String(error)}`;
  } finally {
    closeSync(mount);
    closeSync(userNamespace);
  }
}

function mountsAt(target: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.split(' ')[4] === target);
}

/** The arguments of `ctr` that run a container with these ids. */
async function mapped(
  { base, rootfs, token }: ContainerdV2,
  name: string,
  args: string[],
  options: readonly string[],
): Promise<string[]> {
  const id = `${token}-${name}`;
  const spec = defaultSpec({
    ...{ args, rootfs, cgroupsPath: `/${id}`, ...USER_NAMESPACE },
  });
  const config = path.join(base, `${name}.json`);
  await writeFile(config, JSON.stringify(spec));
  // For the mapped root to come to its root directory, and to make in it what is mounted on.
  await chmod(base, 0o711);
  await chown(rootfs, HOST_ID, HOST_ID);
  return ['run', '--runtime', RUNTIME, ...options, '--config', config, id];
}
