import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { packJson } from '@shimwright/shim-api';
import { describe, expect, test } from 'vitest';
import { needs, needsOf } from '../../../tools/testing/needs.ts';
import { decodeEvent, newShimClient, shimConnect, TaskIO } from '../src/index.ts';
import { created, output } from './fixtures/task.ts';

const id = 'one';

describe.each(['stock', 'shared', 'local'] as const)('a container on the %s shim', (kind) => {
  needs('linux', 'root', 'command runc', ...needsOf(kind));

  test('is created, started, watched to its end, and deleted', async () => {
    const { shim, io, pid, bundle, base, exitEvent } = await created(
      kind,
      '/bin/sh',
      '-c',
      'echo out; echo err >&2; exit 7',
    );
    expect(await shim.state({ id })).toMatchObject({ id, pid, status: 'CREATED', bundle: bundle.path });

    expect(await shim.start({ id })).toMatchObject({ pid });
    expect(await output(io)).toEqual({ stdout: 'out\n', stderr: 'err\n' });
    expect(await shim.wait({ id })).toMatchObject({ exitStatus: 7 });
    expect(await shim.state({ id })).toMatchObject({ status: 'STOPPED', exitStatus: 7 });
    const { topic, event } = await exitEvent();
    expect({ topic, event: decodeEvent(event) }).toMatchObject({
      topic: '/tasks/exit',
      event: { type: 'containerd.events.TaskExit', message: { containerId: id, id, pid, exitStatus: 7 } },
    });

    expect(await shim.delete({})).toMatchObject({ pid, exitStatus: 7 });
    await shim.stopShim();
    await io.close();
    await bundle.delete();
    expect(readdirSync(base, { recursive: true }).filter((name) => String(name).includes('one'))).toEqual([]);
  });

  if (kind !== 'local') {
    test('goes on when its manager is gone, and is found again by the next one', async () => {
      const { shim, io, bundle, config, namespace } = await created(
        kind,
        '/bin/sh',
        '-c',
        'read line; echo "got $line"',
      );
      await shim.start({ id });
      await shim.close();
      await io.close().catch(() => {});

      await using again = await newShimClient(bundle, namespace, shimConnect(config));
      const task = await again.state({ id });
      expect(task).toMatchObject({ status: 'RUNNING' });
      await again.kill({ id: '', signal: 9, all: true });
      expect(await again.wait({ id })).toMatchObject({ exitStatus: 137 });
      await again.delete({});
      await again.stopShim();
    });

    test('reads its input until closeIO', async () => {
      const { shim, io } = await created(kind, '/bin/cat');
      await shim.start({ id });
      const { stdin, stdout } = io.streams();
      stdin?.end('hello\n');
      await shim.closeIO({ id, stdin: true });
      expect(stdout && (await text(stdout))).toBe('hello\n');
      expect(await shim.wait({ id })).toMatchObject({ exitStatus: 0 });
    });
  }

  test('takes further processes', async () => {
    const { shim, base, pid } = await created(kind, '/bin/sleep', '600');
    await shim.start({ id });
    await using io = await TaskIO.create(path.join(base, 'exec-io'));
    const spec = packJson('types.containerd.io/opencontainers/runtime-spec/1/Process', {
      args: ['/bin/sh', '-c', 'echo inside; exit 3'],
      cwd: '/',
      user: { uid: 0, gid: 0 },
      env: ['PATH=/usr/bin:/bin'],
    });
    await shim.exec({ id: 'extra', spec, ...io.paths });
    const started = await shim.start({ id: 'extra' });
    expect(await output(io)).toEqual({ stdout: 'inside\n', stderr: '' });
    expect(await shim.wait({ id: 'extra' })).toMatchObject({ exitStatus: 3 });
    expect(await shim.deleteProcess({ id: 'extra' })).toMatchObject({ pid: started.pid, exitStatus: 3 });
    await expect(shim.state({ id: 'extra' })).rejects.toMatchObject({ status: 'NOT_FOUND' });
    const { processes } = await shim.listPids({ id });
    expect(processes).toMatchObject([{ pid }]);
  });

  test('is paused and resumed', async () => {
    const { shim } = await created(kind, '/bin/sleep', '600');
    await shim.start({ id });
    await shim.pause({});
    expect(await shim.state({ id })).toMatchObject({ status: 'PAUSED' });
    await shim.resume({});
    expect(await shim.state({ id })).toMatchObject({ status: 'RUNNING' });
  });

  test('takes new resources', async () => {
    const { shim, token } = await created(kind, '/bin/sleep', '600');
    await shim.start({ id });
    const limit = 64 * 1024 * 1024;
    const resources = packJson('types.containerd.io/opencontainers/runtime-spec/1/LinuxResources', {
      memory: { limit },
    });
    await shim.update({ resources });
    const v1 = `/sys/fs/cgroup/memory/${token}-one/memory.limit_in_bytes`;
    const file = existsSync(v1) ? v1 : `/sys/fs/cgroup/${token}-one/memory.max`;
    expect(readFileSync(file, 'utf8').trim()).toBe(String(limit));
  });

  test('refuses what its state does not allow, in the words of gRPC', async () => {
    const { shim, bundle } = await created(kind, '/bin/sleep', '600');
    await expect(shim.wait({ id: 'nobody' })).rejects.toMatchObject({ status: 'NOT_FOUND' });
    await expect(shim.deleteProcess({ id })).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    await expect(shim.resizePty({ width: 80, height: 24 })).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
    });
    await expect(shim.checkpoint({ path: path.join(bundle.workDir, 'cp') })).rejects.toMatchObject({
      code: 'ERR_TTRPC_STATUS',
    });
  });

  if (kind === 'local') {
    test('is gone with its client, whatever it is about', async () => {
      const { shim, pid, bundle } = await created(kind, '/bin/sleep', '600');
      await shim.start({ id });
      await shim.close();
      expect(existsSync(`/proc/${pid}`)).toBe(false);
      expect(readdirSync(path.join(bundle.path, 'rootfs'))).toEqual([]);
    });
  }

  test('takes a terminal', async () => {
    const { shim, base } = await created(kind, '/bin/sleep', '600');
    await shim.start({ id });
    await using io = await TaskIO.create(path.join(base, 'tty-io'), { stdin: true, terminal: true });
    const spec = packJson('types.containerd.io/opencontainers/runtime-spec/1/Process', {
      args: ['/bin/sh', '-c', 'stty size; read line; echo "got $line"; tty'],
      cwd: '/',
      user: { uid: 0, gid: 0 },
      env: ['PATH=/usr/bin:/bin', 'TERM=xterm'],
    });
    await shim.exec({ id: 'tty', spec, terminal: true, ...io.paths });
    await shim.start({ id: 'tty' });
    await shim.resizePty({ id: 'tty', width: 91, height: 37 });
    const { stdin, stdout } = io.streams();
    stdin?.write('hello\n');
    const seen = stdout ? await text(stdout) : '';
    expect(seen).toMatch(/got hello\r\n\/dev\/pts\/\d\r\n$/);
    expect(await shim.wait({ id: 'tty' })).toMatchObject({ exitStatus: 0 });
    expect(await shim.state({ id: 'tty' })).toMatchObject({ terminal: true, status: 'STOPPED' });
  });

  test('a command that is missing is an error in the words of the OCI runtime', async () => {
    await expect(created(kind, '/no/such/command')).rejects.toMatchObject({
      code: 'ERR_TTRPC_STATUS',
      message: expect.stringMatching(/"\/no\/such\/command": .*no such file or directory/),
    });
  });
});
