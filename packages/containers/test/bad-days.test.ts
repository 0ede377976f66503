import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { leftovers, removeLeftovers, untilNothingIsLeft } from '../../../tools/leftovers.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { nodeForOthers } from '../../../tools/testing/node-for-others.ts';
import { needsReachable } from '../../../tools/testing/reachable.ts';
import {
  type ContainerOptions,
  create,
  doctor,
  events,
  get,
  imageReference,
  imageStore,
  list,
  type RunOptions,
  restore,
  run,
  start,
} from '../src/index.ts';
import { testPlace } from './place.ts';

const MIB = 1024 * 1024;

describe('a place that cannot be made', () => {
  needs('linux');

  test.each(['stateDir', 'dataDir'])('%s below /proc or a file is told, and ends', async (option) => {
    const place = {
      stateDir: '/proc/sys/kernel/random/uuid/state',
      dataDir: '/tmp',
      [option]: '/proc/no/such',
    };
    await expect(run({ ...place, rootfs: '/', args: ['true'] })).rejects.toMatchObject({
      code: 'ERR_CONTAINER_CREATE',
    });
    await expect(events({ ...place, stateDir: '/proc/no/such' }).next()).rejects.toMatchObject({
      code: 'ERR_CONTAINER_CREATE',
      path: '/proc/no/such/bundles/default',
    });
  });
});

describe('bad input', () => {
  const rootfs = '/';
  const args = ['true'];

  test.each<[string, unknown, string]>([
    ['no options', undefined, 'options'],
    ['neither image nor rootfs', { args }, 'image'],
    ['both', { args, rootfs, image: 'x' }, 'image'],
    ['no command', { rootfs }, 'args'],
    ['an empty command', { rootfs, args: [''] }, 'args[0]'],
    ['arguments that are no list', { rootfs, args: 'ls' }, 'args'],
    ['a NUL in an argument', { rootfs, args: ['ls', 'a\0b'] }, 'args[1]'],
    ['a variable with a = in its name', { rootfs, args, env: { 'A=B': 'c' } }, 'env.A=B'],
    ['a variable that is no text', { rootfs, args, env: { A: 1 } }, 'env.A'],
    ['a relative workdir', { rootfs, args, workdir: 'tmp' }, 'workdir'],
    ['no memory at all', { rootfs, args, memoryBytes: 0 }, 'memoryBytes'],
    ['half a byte', { rootfs, args, memoryBytes: 0.5 }, 'memoryBytes'],
    ['negative processors', { rootfs, args, cpus: -1 }, 'cpus'],
    ['NaN processors', { rootfs, args, cpus: Number.NaN }, 'cpus'],
    ['no process at all', { rootfs, args, pidsLimit: 0 }, 'pidsLimit'],
    ['no time at all', { rootfs, args, timeoutMs: 0 }, 'timeoutMs'],
    ['a negative output', { rootfs, args, maxOutputBytes: -1 }, 'maxOutputBytes'],
    ['a network that is no path', { rootfs, args, network: 'bridge' }, 'network'],
    ['a mount of no kind', { rootfs, args, mounts: [{ type: 'nfs', target: '/x' }] }, 'mounts[0].type'],
    [
      'a mount without a target',
      { rootfs, args, mounts: [{ type: 'bind', source: '/' }] },
      'mounts[0].target',
    ],
    [
      'a volume that climbs',
      { rootfs, args, mounts: [{ type: 'volume', source: '../x', target: '/x' }] },
      'mounts[0].source',
    ],
    ['a relative state directory', { rootfs, args, stateDir: 'state' }, 'stateDir'],
    ['a signal that is none', { rootfs, args, stopSignal: 'SIGNOTHING' }, 'stopSignal'],
    ['an AbortSignal that is none', { rootfs, args, signal: 'now' }, 'signal'],
    ['a name that climbs', { rootfs, args, name: '../x' }, 'name'],
    ['a name that is too long', { rootfs, args, name: 'x'.repeat(64) }, 'name'],
    ['a terminal that is maybe', { rootfs, args, terminal: 'yes' }, 'terminal'],
    ['a relative place', { rootfs, args, stateDir: 'here' }, 'stateDir'],
  ])('%s is refused before anything is made', async (_, options, option) => {
    const place = { stateDir: '/proc/no/place', dataDir: '/proc/no/place' }; // nothing can be made there
    const given = options === undefined ? undefined : { ...place, ...(options as object) };
    await expect(run(given as unknown as RunOptions)).rejects.toMatchObject({
      code: 'ERR_CONTAINER_ARGUMENT',
      option,
    });
  });

  test('a namespace that containerd would refuse is refused', async () => {
    await expect(list({ namespace: '../x' })).rejects.toMatchObject({ code: 'ERR_BUNDLE_NAMESPACE' });
  });
});

describe('bad days', () => {
  needs('linux', 'root', 'command runc', 'command busybox');

  const where = testPlace();
  const options = (given: Partial<RunOptions> = {}) => ({
    ...where.place,
    rootfs: where.rootfs,
    args: ['true'],
    ...given,
  });

  /** Aborts when it is asked for the nth time whether it is aborted. */
  function abortingAt(nth: number): { readonly signal: AbortSignal; readonly asked: () => number } {
    const controller = new AbortController();
    const { signal } = controller;
    let count = 0;
    Object.defineProperty(signal, 'throwIfAborted', {
      value: () => {
        // What others ask in the middle of their work is not a step: no abort comes there.
        const isOurs = new Error().stack?.split('\n')[2]?.includes('/containers/src/') ?? false;
        if (isOurs) count += 1;
        if (isOurs && count === nth) controller.abort(new Error('given up'));
        AbortSignal.prototype.throwIfAborted.call(signal);
      },
    });
    return { signal, asked: () => count };
  }

  test('an abort at any step leaves nothing', async () => {
    let steps = 0;
    for (let nth = 1; ; nth += 1) {
      const { signal, asked } = abortingAt(nth);
      const outcome = await run(options({ signal })).then(
        () => 'done',
        (error: Error) => error.message,
      );
      expect(await where.left()).toEqual([]);
      if (asked() < nth) {
        expect(outcome).toBe('done');
        break;
      }
      expect(outcome).toBe('given up');
      steps = nth;
    }
    expect(steps).toBeGreaterThanOrEqual(5);
  });

  test('an abort while a container is created leaves nothing', async () => {
    for (let nth = 1; ; nth += 1) {
      const { signal, asked } = abortingAt(nth);
      const made = await create(options({ signal }) as ContainerOptions).catch(
        (error: Error) => error.message,
      );
      if (asked() < nth) {
        if (typeof made !== 'string') await made.remove();
        break;
      }
      expect(made).toBe('given up');
      expect(await where.left()).toEqual([]);
    }
  });

  test('what is aborted already is not begun', async () => {
    const signal = AbortSignal.abort(new Error('before'));
    await expect(run(options({ signal }))).rejects.toThrow('before');
    await expect(create(options({ signal }) as ContainerOptions)).rejects.toThrow('before');
    await expect(list({ ...where.place, signal })).rejects.toThrow('before');
  });

  test('a runtime that is missing is told, with the command that installs one', async () => {
    const running = run(options({ runtime: '/no/such/runtime' }));
    await expect(running).rejects.toMatchObject({
      code: 'ERR_CONTAINER_RUNTIME',
      message: expect.stringContaining('apt-get install runc'),
    });
    expect(await where.left()).toEqual([]);
    const findings = await doctor({ ...where.place, runtime: '/no/such/runtime' });
    expect(findings.find(({ name }) => name === 'runtime')).toMatchObject({ ok: false, required: true });
  });

  test('a runtime that fails is told in its own words', async () => {
    const program = path.join(where.base, 'failing-runtime');
    writeFileSync(program, '#!/bin/sh\necho "level=error msg=\\"it is broken\\"" >&2\nexit 1\n');
    chmodSync(program, 0o755);
    await expect(run(options({ runtime: program }))).rejects.toMatchObject({ code: 'ERR_CONTAINER_CREATE' });
    expect(await where.left()).toEqual([]);
  });

  test('a mount whose source is not there, and a network that is none, leave nothing', async () => {
    const mounts = [{ type: 'bind', source: '/no/such', target: '/x' }] as const;
    await expect(run(options({ mounts }))).rejects.toMatchObject({ code: 'ERR_CONTAINER_ARGUMENT' });
    await expect(run(options({ network: '/no/such/netns' }))).rejects.toMatchObject({
      code: 'ERR_CONTAINER_ARGUMENT',
      option: 'network',
    });
    expect(await where.left()).toEqual([]);
  });

  test('where overlayfs cannot be had, the root is copied', async () => {
    // Layers cannot be on an overlay whose own layers are on memory that has no extended attributes for users: an overlay on an overlay.
    const below = path.join(where.base, 'no-overlay');
    const part = (name: string) => path.join(below, name);
    for (const name of ['lower', 'upper', 'work', 'data']) mkdirSync(part(name), { recursive: true });
    const layers = `lowerdir=${part('lower')},upperdir=${part('upper')},workdir=${part('work')}`;
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, part('data')]);
    onTestFinished(() => void execFileSync('umount', [part('data')]));
    const script = 'echo more > /bin/more; mount | grep " / "';
    const { stdout } = await run(options({ dataDir: part('data'), args: ['sh', '-c', script] }));
    expect(stdout).not.toContain(`upperdir=${part('data')}`);
    expect(readdirSync(path.join(where.rootfs, 'bin'))).toContain('busybox');
    expect(await run(options({ dataDir: part('data'), args: ['ls', '/bin/busybox'] }))).toMatchObject({
      exitCode: 0,
    });
    const findings = await doctor({ ...where.place, dataDir: part('data') });
    expect(findings.find(({ name }) => name === 'overlayfs')).toMatchObject({
      ok: false,
      advice: expect.any(String),
    });
  });

  test('a bundle that somebody broke is told, and holds up no other', async () => {
    const container = await start(options({ args: ['sleep', '1000'], name: 'whole' }) as ContainerOptions);
    onTestFinished(() => container.remove());
    const broken = path.join(where.place.stateDir, 'bundles', where.place.namespace, 'broken');
    mkdirSync(path.join(broken, 'rootfs'), { recursive: true });
    writeFileSync(path.join(broken, 'config.json'), '{"ociVersion":"1.0.2"}');
    const found = await list(where.place);
    expect(found.map(({ id, status }) => [id, status])).toEqual(
      expect.arrayContaining([
        ['whole', 'running'],
        ['broken', 'lost'],
      ]),
    );
    await expect((await get('broken', where.place)).state()).rejects.toMatchObject({
      code: 'ERR_CONTAINER_LOST',
    });
    await restore(where.place);
    expect((await list(where.place)).map(({ id }) => id)).toEqual(['whole']);
  });

  test('a file that holds no image is told', async () => {
    const file = path.join(where.base, 'text.tar');
    writeFileSync(file, 'no archive');
    await expect(imageReference(file)).rejects.toMatchObject({ code: 'ERR_CONTAINER_IMAGE', path: file });
    await expect(imageReference('/no/such')).rejects.toMatchObject({ code: 'ERR_CONTAINER_IMAGE' });
    execFileSync('tar', ['-cf', file, '-C', where.base, 'rootfs/tmp']);
    await expect(imageReference(file)).rejects.toThrow('holds no image');
    expect(await imageReference('alpine:3.22')).toBe('alpine:3.22');
  });
});

describe('bad days of images', () => {
  needs('linux', 'root', 'command runc', 'command busybox', 'command skopeo', 'command umoci');

  const where = testPlace();

  async function image(): Promise<string> {
    const made = path.join(where.base, 'made');
    if (readdirSync(where.base).includes('made')) return `oci:${made}:shell`;
    await execa('umoci', ['init', '--layout', made]);
    await execa('umoci', ['new', '--image', `${made}:shell`]);
    await execa('umoci', ['insert', '--image', `${made}:shell`, '/bin/busybox', '/bin/sh']);
    await execa('umoci', [
      'config',
      '--image',
      `${made}:shell`,
      '--config.cmd',
      'sh',
      '--config.env',
      'GREETING=hello',
    ]);
    return `oci:${made}:shell`;
  }

  test('a container goes on when its image is removed, and the next one is told', async () => {
    const name = await image();
    const container = await start({
      ...where.place,
      image: name,
      args: ['sh', '-c', 'echo $GREETING; while true; do read -t 1 x; done'],
    });
    onTestFinished(() => container.remove());
    const store = await imageStore(where.place);
    await store.remove(name);
    await store.collectGarbage();
    expect((await container.exec(['sh', '-c', 'echo still here'])).stdout).toBe('still here\n');
    await expect(run({ ...where.place, image: name, pull: 'never' })).rejects.toMatchObject({
      code: 'ERR_IMAGE_UNKNOWN',
    });
    await container.remove();
    await store.collectGarbage();
    expect(await where.left()).toEqual([]);
    expect(await store.roots()).toEqual([]);
  });

  test('an image that cannot be had is told, and leaves nothing', async () => {
    const missing = run({ ...where.place, image: `oci:${where.base}/no-such:latest`, args: ['true'] });
    await expect(missing).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_IMAGE_/) });
    expect(await where.left()).toEqual([]);
  });

  test('a name that is taken is told for images too, and what a killed program left of one is no hindrance', async () => {
    const name = await image();
    const options = { ...where.place, image: name, name: 'taken', args: ['sh', '-c', 'read -t 60 x'] };
    const container = await start({ ...options, stdin: true });
    await expect(run(options)).rejects.toMatchObject({ code: 'ERR_CONTAINER_EXISTS' });
    expect((await container.state()).status).toBe('running');
    await container.remove();
    expect(await run({ ...options, args: ['sh', '-c', 'echo free'] })).toMatchObject({ stdout: 'free\n' });
  });

  test('a tool that is missing is told, with the command that installs it', async () => {
    const name = await image();
    const bin = path.join(where.base, 'no-tools');
    mkdirSync(bin, { recursive: true });
    const file = path.join(import.meta.dirname, 'fixtures/run.ts');
    const options = { ...where.place, dataDir: path.join(where.base, 'other-data'), image: name };
    const { stdout } = await execa(
      process.execPath,
      ['--conditions=@shimwright/source', file, JSON.stringify(options)],
      { env: { PATH: bin } },
    );
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'ERR_IMAGE_TOOL_MISSING',
      message: expect.stringContaining('apt-get install'),
    });
    expect(await where.left()).toEqual([]);
  });
});

describe('a user who is not root', () => {
  needs('linux', 'root', 'command runc', 'command busybox');
  const file = path.join(import.meta.dirname, 'fixtures/run.ts');
  needsReachable(file);

  const where = testPlace();

  test('is told what to do where there is no place, and what takes root', async () => {
    const as = (given: object, env: object) => {
      const program = `process.setgid(65534); process.setuid(65534); process.argv[2] = ${JSON.stringify(JSON.stringify(given))}; await import(${JSON.stringify(file)});`;
      return execa(
        process.execPath,
        ['--conditions=@shimwright/source', '--input-type=module', '--eval', program, 'run.ts', '{}'],
        { env: { XDG_RUNTIME_DIR: undefined, ...env } },
      );
    };
    const nowhere = await as({ rootfs: where.rootfs, args: ['true'] }, {});
    expect(JSON.parse(nowhere.stdout)).toMatchObject({ code: 'ERR_CONTAINER_ROOTLESS', option: 'stateDir' });
  });

  test('runs a command, kills it in time, and is told what it cannot have', async () => {
    const [node, base] = [await nodeForOthers(), await mkdtemp(path.join(tmpdir(), 'rootless-'))];
    onTestFinished(() => removeLeftovers(path.basename(base), base));
    await execa('cp', ['-a', where.rootfs, path.join(base, 'rootfs')]);
    await execa('chown', ['-R', '1000:1000', base]);
    const args = ['sh', '-c', 'echo hello; id -u; exit 3'];
    const endless = ['sh', '-c', 'sleep 1000 & sleep 1000'];
    const all = [
      { args },
      { args: endless, timeoutMs: 500 },
      { args, user: '5' },
      { args, diskBytes: MIB },
      { args, memoryBytes: 64 * MIB },
    ].map((options) => ({ rootfs: path.join(base, 'rootfs'), lingerMs: 500, ...options }));
    const { stdout } = await execa(node, ['--conditions=@shimwright/source', file, JSON.stringify(all)], {
      ...{ uid: 1000, gid: 1000, cwd: base, env: { XDG_RUNTIME_DIR: base, HOME: base } },
    });
    const isRootless = { code: 'ERR_CONTAINER_ROOTLESS' };
    expect(JSON.parse(stdout)).toMatchObject([
      { stdout: 'hello\n0\n', exitCode: 3 },
      { timedOut: true, exitCode: 137 },
      { ...isRootless, option: 'user' },
      { ...isRootless, option: 'diskBytes' },
      isRootless,
    ]);
    expect(await readdir(path.join(base, 'shimwright/bundles/default'))).toEqual([]);
    await untilNothingIsLeft(path.basename(base));
    expect(leftovers(path.basename(base))).toEqual([]);
  });
});
