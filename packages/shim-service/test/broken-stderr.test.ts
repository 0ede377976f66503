import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtProgram } from '../../../tools/testing/built-program.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { sandbox } from '../../../tools/testing/sandbox.ts';
import { defaultSpec } from '../../bundle-core/src/index.ts';
import { newClient, withConnect } from '../../shim-client/src/index.ts';
import { hostRoot } from './fixtures/shim.ts';

const PROGRAM = builtProgram('shim-service', 'shimwright-shim.cjs');

/** The program, as containerd 1.6 runs it with `shim_debug = true`, for a container that ends with 5. */
async function debuggedShim() {
  const box = await sandbox();
  const id = 'one';
  const bundle = path.join(box.state, id);
  const workDir = path.join(box.root, id);
  await mkdir(bundle, { recursive: true });
  await mkdir(workDir, { recursive: true });
  const spec = defaultSpec({ args: ['/bin/sh', '-c', 'exit 5'], cgroupsPath: `/${box.token}-${id}` });
  await writeFile(path.join(bundle, 'config.json'), JSON.stringify(spec));
  const socket = path.join(box.base, 'shim.sock');
  const names = ['-namespace', 'test', '-workdir', workDir, '-runtime-root', box.runtimeRoot];
  // This publisher fails, as containerd's does while the daemon is down, so there is something to log.
  const rest = [
    '-address',
    `${box.base}/d.sock`,
    '-containerd-binary',
    '/bin/false',
    '-debug',
    '-socket',
    socket,
  ];
  const shim = spawn(process.execPath, [PROGRAM, ...names, ...rest], {
    cwd: bundle,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(shim, 'exit');
  onTestFinished(async () => {
    shim.kill('SIGKILL');
    await exited;
  });
  await once(shim.stderr, 'data'); // it serves
  const config = {
    path: bundle,
    workDir,
    namespace: 'test',
    criu: '',
    runtimeRoot: box.runtimeRoot,
    systemdCgroup: false,
  };
  const client = await newClient(config, withConnect({ address: `unix://${socket}` }));
  onTestFinished(() => client.close());
  return { id, bundle, shim, client };
}

describe('a shim whose stderr', () => {
  needs('linux', 'root', 'command runc');

  test('is broken serves on, and knows how its container ended', async () => {
    const { id, bundle, shim, client } = await debuggedShim();
    shim.stderr.destroy();
    await once(shim.stderr, 'close');
    await client.create({ id, bundle, rootfs: hostRoot });
    await client.start({ id });
    expect(await client.wait({ id })).toMatchObject({ exitStatus: 5 });
    // By then the failure to publish is logged, or is just being.
    expect(await client.state({ id })).toMatchObject({ status: 'STOPPED', exitStatus: 5 });
    expect(await client.delete({})).toMatchObject({ exitStatus: 5 });
    expect(await client.shimInfo({})).toEqual({ shimPid: shim.pid });
  });
});
