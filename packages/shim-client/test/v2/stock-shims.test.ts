import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { decodeEvent, packJson } from '@shimwright/shim-api';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { needsStockShim, STOCK_SHIMS } from '../../../../tools/testing/stock-shims-v2.ts';
import { readSpool } from '../../src/index.ts';
import { newTaskClient, withTaskConnect } from '../../src/v2.ts';
import { hostRoot, startedShim, taskBundle, taskIO } from './fixtures/task-bundle.ts';

describe.each(STOCK_SHIMS)('$name', (stock) => {
  const { runtime } = stock;
  needs('linux', 'root', 'command runc');
  needsStockShim(stock);

  test('runs a container through its life, tells of it all, and leaves nothing', async () => {
    const box = await taskBundle({ runtime, args: ['/bin/sh', '-c', 'echo out; exit 7'] });
    const { id, path: bundlePath, workDir } = box.config;
    const shim = await startedShim(box);

    const file = (name: string) => path.join(bundlePath, name);
    const { address } = JSON.parse(readFileSync(file('bootstrap.json'), 'utf8'));
    expect(readFileSync(file('address'), 'utf8')).toBe(address);
    expect(readlinkSync(file('work'))).toBe(workDir);
    expect(lstatSync(file('log')).isFIFO()).toBe(true);
    expect(readFileSync(file('shim-binary-path'), 'utf8')).toMatch(/^\/.*\/containerd-shim-runc-v[12]$/);

    const io = await taskIO(box);
    const { pid } = await shim.create({ rootfs: hostRoot, ...io.paths });
    expect(await shim.state({})).toMatchObject({ id, pid, status: 'CREATED', bundle: bundlePath });
    expect(existsSync(file('options.json'))).toBe(true);
    await shim.start({});
    const { stdout } = io.streams();
    expect(stdout && (await text(stdout))).toBe('out\n');
    expect(await shim.wait({})).toMatchObject({ exitStatus: 7 });
    expect(await shim.delete({})).toMatchObject({ pid, exitStatus: 7 });

    await shim.stopShim();
    expect(await shim.isAlive()).toBe(false);
    expect(existsSync(address.slice('unix://'.length))).toBe(false);
    const events = (await readSpool(box.daemonAddress)).map(({ topic, namespace, event }) => {
      const { message } = decodeEvent(event);
      return { topic, namespace, id: 'containerId' in message && message.containerId };
    });
    const topics = ['/tasks/create', '/tasks/start', '/tasks/exit', '/tasks/delete'];
    expect(events).toEqual(topics.map((topic) => ({ topic, namespace: 'test', id })));
  });

  test('is connected to again, and takes further processes', async () => {
    const box = await taskBundle({ runtime });
    await (await startedShim(box)).close();
    await using shim = await newTaskClient(box.config, withTaskConnect());
    const { pid } = await shim.create({ rootfs: hostRoot });
    await shim.start({});
    const spec = packJson('types.containerd.io/opencontainers/runtime-spec/1/Process', {
      args: ['/bin/sh', '-c', 'echo inside; exit 3'],
      cwd: '/',
      user: { uid: 0, gid: 0 },
      env: ['PATH=/usr/bin:/bin'],
    });
    const io = await taskIO(box);
    await shim.exec({ execId: 'extra', spec, ...io.paths });
    await shim.start({ execId: 'extra' });
    const { stdout } = io.streams();
    expect(stdout && (await text(stdout))).toBe('inside\n');
    expect(await shim.wait({ execId: 'extra' })).toMatchObject({ exitStatus: 3 });
    expect(await shim.delete({ execId: 'extra' })).toMatchObject({ exitStatus: 3 });
    expect((await shim.pids({})).processes).toMatchObject([{ pid }]);
    await shim.kill({ signal: 9 });
    expect(await shim.wait({})).toMatchObject({ exitStatus: 137 });
    await shim.delete({});
    await shim.stopShim();
  });
});
