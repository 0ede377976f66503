import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { packJson } from '@shimwright/shim-api';
import { describe, expect, test } from 'vitest';
import { needs, type Requirement } from '../../../tools/testing/needs.ts';
import { newShimClient, shimConnect, TaskIO } from '../src/index.ts';
import { created, output } from './fixtures/task.ts';

const STOCK: readonly Requirement[] = ['command containerd-shim-runc-v2'];

describe.each(['stock', 'own', 'local'] as const)('a container on the %s shim of runtime v2', (kind) => {
  needs('linux', 'root', 'command runc', ...(kind === 'stock' ? STOCK : []));

  test('is created, started, watched to its end, and deleted', async () => {
    const { id, shim, io, pid, bundle, base, told } = await created(
      kind,
      ...['/bin/sh', '-c', 'echo out; echo err >&2; exit 7'],
    );
    expect(await shim.state({})).toMatchObject({ id, pid, status: 'CREATED', bundle: bundle.path });
    const waiting = shim.wait({});
    expect(await shim.start({})).toMatchObject({ pid });
    expect(await output(io)).toEqual({ stdout: 'out\n', stderr: 'err\n' });
    expect(await waiting).toMatchObject({ exitStatus: 7 });
    expect(await shim.state({})).toMatchObject({ status: 'STOPPED', exitStatus: 7 });
    expect(await shim.delete({})).toMatchObject({ pid, exitStatus: 7 });
    await shim.stopShim();
    expect(await told()).toEqual([
      { topic: '/tasks/create', type: 'containerd.events.TaskCreate' },
      { topic: '/tasks/start', type: 'containerd.events.TaskStart' },
      { topic: '/tasks/exit', type: 'containerd.events.TaskExit' },
      { topic: '/tasks/delete', type: 'containerd.events.TaskDelete' },
    ]);
    await io.close();
    await bundle.delete();
    expect(readdirSync(base, { recursive: true }).filter((name) => String(name).includes('one'))).toEqual([]);
  });

  test('takes further processes, new limits and a pause, and tells what it uses', async () => {
    const { shim, base, pid, id } = await created(kind, '/bin/sleep', '600');
    await shim.start({});
    await using io = await TaskIO.create(path.join(base, 'exec-io'));
    const spec = packJson('types.containerd.io/opencontainers/runtime-spec/1/Process', {
      args: ['/bin/sh', '-c', 'echo inside; exit 3'],
      cwd: '/',
      user: { uid: 0, gid: 0 },
      env: ['PATH=/usr/bin:/bin'],
    });
    await shim.exec({ execId: 'extra', spec, ...io.paths });
    const started = await shim.start({ execId: 'extra' });
    expect(await output(io)).toEqual({ stdout: 'inside\n', stderr: '' });
    expect(await shim.wait({ execId: 'extra' })).toMatchObject({ exitStatus: 3 });
    expect(await shim.delete({ execId: 'extra' })).toMatchObject({ pid: started.pid, exitStatus: 3 });
    await expect(shim.state({ execId: 'extra' })).rejects.toMatchObject({ status: 'NOT_FOUND' });
    expect((await shim.pids({})).processes).toMatchObject([{ pid }]);

    await shim.pause({});
    expect(await shim.state({})).toMatchObject({ status: 'PAUSED' });
    await shim.resume({});
    expect(await shim.state({})).toMatchObject({ status: 'RUNNING' });

    const limit = 64 * 1024 * 1024;
    const resources = packJson('types.containerd.io/opencontainers/runtime-spec/1/LinuxResources', {
      memory: { limit },
    });
    await shim.update({ resources });
    const v1 = `/sys/fs/cgroup/memory/${id}/memory.limit_in_bytes`;
    const file = existsSync(v1) ? v1 : `/sys/fs/cgroup/${id}/memory.max`;
    expect(readFileSync(file, 'utf8').trim()).toBe(String(limit));
    expect((await shim.stats({})).stats?.typeUrl).toMatch(/^io\.containerd\.cgroups\.v[12]\.Metrics$/);
  });

  if (kind !== 'local') {
    test('goes on when its manager is gone, and is found again by the next one', async () => {
      const { shim, io, bundle, config, namespace } = await created(kind, '/bin/cat');
      await shim.start({});
      await shim.close();

      await using again = await newShimClient(bundle, namespace, shimConnect(config));
      expect(await again.state({})).toMatchObject({ status: 'RUNNING' });
      const { stdin, stdout } = io.streams();
      stdin?.end('hello\n');
      await again.closeIO({ stdin: true });
      expect(stdout && (await text(stdout))).toBe('hello\n');
      expect(await again.wait({})).toMatchObject({ exitStatus: 0 });
      await again.delete({});
      await again.stopShim();
    });
  } else {
    test('is gone with its client, whatever it is about', async () => {
      const { shim, pid, bundle } = await created(kind, '/bin/sleep', '600');
      await shim.start({});
      await shim.close();
      expect(existsSync(`/proc/${pid}`)).toBe(false);
      expect(readdirSync(path.join(bundle.path, 'rootfs'))).toEqual([]);
    });
  }

  test('is cleaned up by deleteShim, whatever it is about', async () => {
    const { shim, pid, bundle } = await created(kind, '/bin/sleep', '600');
    await shim.start({});
    expect(await shim.deleteShim()).toMatchObject({ pid, exitStatus: 137 });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(readdirSync(path.join(bundle.path, 'rootfs'))).toEqual([]);
  });

  test('refuses what its state does not allow, in the words of gRPC', async () => {
    const { shim } = await created(kind, '/bin/sleep', '600');
    await expect(shim.wait({ execId: 'nobody' })).rejects.toMatchObject({ status: 'NOT_FOUND' });
    await expect(shim.state({ id: 'nobody' })).rejects.toMatchObject({ status: 'NOT_FOUND' });
  });
});
