import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { firstVersion } from '../../../../tools/testing/older-program.ts';
import {
  handOver,
  newClient,
  sharedInfo,
  withShared,
  withSharedConnect,
} from '../../../shim-client/src/index.ts';
import { processSpec } from '../fixtures/shim.ts';
import { group } from './group.ts';

describe('a process of the first version', () => {
  needs('linux', 'root', 'command runc', 'command git');
  const { program } = firstVersion(path.join(tmpdir(), `shimwright-first-${process.pid}`));

  test('serves a newer client until it ends, and a newer process goes on with all it served', async () => {
    const the = await group();
    const [one, other] = [await the.bundle('one'), await the.bundle('other')];
    const first = { command: process.execPath, args: [program, '--grace', '50'] };
    const shim = await newClient(one.config, withShared({ ...one.options, ...first }));
    const pid = await one.create(shim);
    await shim.start({ id: 'one' });
    const trap = ['/bin/sh', '-c', 'trap "exit 7" TERM; echo ready; sleep 600 & wait'];
    const execPid = await one.exec(shim, 'two', trap);
    await shim.exec({ id: 'three', spec: processSpec(['/bin/true']) }); // not started

    expect(await sharedInfo(one.options)).toMatchObject({ protocol: 1 });
    await expect(handOver(one.options)).rejects.toMatchObject({ code: 'ERR_SHIM_VERSION' });
    const { shimPid } = await shim.shimInfo({});
    const beside = await other.add();
    expect(await beside.shimInfo({})).toEqual({ shimPid });
    await beside.stopShim();
    expect(await shim.isAlive()).toBe(true);

    process.kill(shimPid, 'SIGKILL');
    await expect.poll(() => shim.isAlive()).toBe(false);
    await using again = await newClient(one.config, withSharedConnect(one.options));
    expect(await sharedInfo(one.options)).toMatchObject({ protocol: 3 });
    expect(await again.state({ id: 'one' })).toMatchObject({ status: 'RUNNING', pid });
    expect(await again.state({ id: 'two' })).toMatchObject({ status: 'RUNNING', pid: execPid });
    await again.start({ id: 'three' });
    expect(await again.wait({ id: 'three' })).toMatchObject({ exitStatus: 0 });
    await again.kill({ id: 'two', signal: 15 });
    expect(await again.wait({ id: 'two' })).toMatchObject({ exitStatus: 7 });
    await again.kill({ id: 'one', signal: 9 });
    expect(await again.wait({ id: 'one' })).toMatchObject({ exitStatus: 137 });
    const exits = await one.exits(3);
    expect(exits.map(({ id, status, unknown }) => [id, status, unknown])).toEqual([
      ['three', 0, false],
      ['two', 7, false],
      ['one', 137, false],
    ]);
    await again.delete({});
    await again.stopShim();
  });
});
