import { chmodSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { DOWNLOAD_MS, type SuiteEngines, suiteEngines } from '../../../tools/testing/suite-engines.ts';
import { PodSandboxConfig, SandboxDefinition } from '../../shim-api/src/sandbox.ts';
import { workingDirectory } from '../../shim-host/src/index.ts';
import { connect } from '../../ttrpc/src/index.ts';
import { type ContainerdV2, containerdV2, RUNTIME } from './fixtures/containerd-v2.ts';
import { cri, RUNNING } from './fixtures/cri.ts';
import { IMAGE, imageByHand } from './fixtures/image-by-hand.ts';
import { groupsOf } from './fixtures/v2-group.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

const CRI = 'plugins."io.containerd.grpc.v1.cri"';

// What CRI needs of a network: an interface of this name with an address. The loopback interface has none.
const NETWORK_PLUGIN = `#!/bin/sh
config=$(cat)
case $CNI_COMMAND in
  VERSION) echo '{"cniVersion":"0.4.0","supportedVersions":["0.3.1","0.4.0"]}' ;;
  ADD) echo '{"cniVersion":"0.4.0","interfaces":[{"name":"'"$CNI_IFNAME"'","sandbox":"'"$CNI_NETNS"'"}],"ips":[{"version":"4","interface":0,"address":"10.9.8.7/24"}]}' ;;
esac
`;

describe('the sandbox service of our shim', () => {
  needs(
    'linux',
    'root',
    'command containerd',
    'command ctr',
    'command runc',
    'command busybox',
    'command nsenter',
    'command unshare',
  );

  let program: V2Program;
  let engines: SuiteEngines;
  beforeAll(async () => {
    program = await v2Program();
    engines = suiteEngines('forky');
  }, DOWNLOAD_MS);
  afterAll(() => program.remove());

  test('holds the namespaces of a pod in a process, also when the server is killed', async () => {
    const containerd = await containerdV2({ program });
    const { client, netns, pod, token } = await podOf(containerd);
    const { id, create, sandbox } = pod;
    expect(await create({ hostname: 'web-0', linux: linux({ sysctls: { 'kernel.shmmni': '1234' } }) })).toBe(
      'made',
    );
    expect(await sandbox.sandboxStatus({ sandboxId: id })).toMatchObject({
      pid: 0,
      state: 'SANDBOX_NOTREADY',
    });
    const { pid } = await sandbox.startSandbox({ sandboxId: id });
    const inside = (...command: string[]) => execa('nsenter', ['-t', `${pid}`, '-u', '-i', ...command]);
    expect((await inside('cat', '/proc/sys/kernel/hostname', '/proc/sys/kernel/shmmni')).stdout).toBe(
      'web-0\n1234',
    );
    expect(readlinkSync(`/proc/${pid}/ns/net`)).toBe(readlinkSync(netns));
    expect(readFileSync(`/proc/${pid}/status`, 'latin1')).toMatch(/^NSpid:\t\d+\t1$/m);
    for (const kind of ['uts', 'ipc', 'pid']) {
      expect(readlinkSync(`/proc/${pid}/ns/${kind}`)).not.toBe(readlinkSync(`/proc/self/ns/${kind}`));
    }
    expect(await sandbox.platform({ sandboxId: id })).toMatchObject({ platform: { os: 'linux' } });
    expect(await sandbox.pingSandbox({ sandboxId: id })).toEqual({});
    expect((await sandbox.sandboxMetrics({ sandboxId: id })).metrics).toMatchObject({ id });

    const server = groupsOf(token)[0]?.server ?? expect.fail();
    const ended = sandbox.waitSandbox({ sandboxId: id });
    process.kill(server, 'SIGKILL');
    await expect.poll(() => groupsOf(token)[0]?.server).not.toBe(server);
    expect(await sandbox.sandboxStatus({ sandboxId: id })).toMatchObject({ pid, state: 'SANDBOX_READY' });
    await sandbox.stopSandbox({ sandboxId: id });
    expect(await ended).toMatchObject({ exitStatus: 137 });
    expect(await sandbox.sandboxStatus({ sandboxId: id })).toMatchObject({
      pid: 0,
      state: 'SANDBOX_NOTREADY',
    });
    await sandbox.stopSandbox({ sandboxId: id }); // once more does nothing
    await sandbox.shutdownSandbox({ sandboxId: id });
    await expect(sandbox.pingSandbox({ sandboxId: id })).rejects.toMatchObject({ status: 'NOT_FOUND' });
    await client.close();
  });

  test.each([2, 8, 20])(
    'are held by one process, although the server is killed %i ms after the call',
    async (afterMs) => {
      const { client, pod, token, bundle } = await podOf(await containerdV2({ program }));
      const { id, create, sandbox } = pod;
      await create({});
      const server = groupsOf(token)[0]?.server ?? expect.fail();
      const started = sandbox.startSandbox({ sandboxId: id });
      started.catch(() => {}); // it is awaited below
      await delay(afterMs);
      process.kill(server, 'SIGKILL');
      const { pid } = await started;
      expect(workersIn(bundle)).toContain(pid);
      await sandbox.shutdownSandbox({ sandboxId: id });
      await expect.poll(() => workersIn(bundle)).toEqual([]);
      await client.close();
    },
  );

  test('a process of a pod that dies ends the sandbox, whoever killed it', async () => {
    const { client, pod } = await podOf(await containerdV2({ program }));
    const { id, create, sandbox } = pod;
    await create({});
    const { pid } = await sandbox.startSandbox({ sandboxId: id });
    const ended = sandbox.waitSandbox({ sandboxId: id });
    process.kill(pid, 'SIGKILL');
    expect(await ended).toMatchObject({ exitStatus: 137 });
    await sandbox.shutdownSandbox({ sandboxId: id });
    await client.close();
  });

  test('what it cannot do is refused before anything is made', async () => {
    const { client, pod } = await podOf(await containerdV2({ program }));
    const { id, create, sandbox } = pod;
    const users = linux({ securityContext: { namespaceOptions: { usernsOptions: { mode: 0 } } } });
    expect(await create({ linux: users })).toContain('UNIMPLEMENTED');
    expect(await create({ linux: linux({ sysctls: { 'vm.overcommit_memory': '1' } }) })).toContain(
      'INVALID_ARGUMENT',
    );
    expect(await create({ linux: linux({ sysctls: { 'net/../vm/swappiness': '1' } }) })).toContain(
      'INVALID_ARGUMENT',
    );
    expect(await create({ linux: linux({ sysctls: { 'net.none.such': '1' } }) })).toBe('made');
    expect(await create({})).toContain('ALREADY_EXISTS');
    await expect(sandbox.startSandbox({ sandboxId: id })).rejects.toThrow(/net\/none\/such/);
    await expect(sandbox.startSandbox({ sandboxId: 'none' })).rejects.toMatchObject({ status: 'NOT_FOUND' });
    await sandbox.shutdownSandbox({ sandboxId: id });
    await client.close();
  });

  test('runs pods of containerd 2.1 without a pause container, and a restart of the daemon', async (context) => {
    if ('reason' in engines.found) return context.skip(engines.found.reason);
    const { bin } = engines.found;
    const box = await containerdV2({ program, bin, cri: configOf });
    const { address, base, token, ctr } = box;
    const file = await imageByHand(box.rootfs, path.join(base, 'image'));
    await ctr('-n', 'k8s.io', 'image', 'import', '--local', '--snapshotter', 'native', file);
    const podConfig = {
      metadata: { name: 'web', uid: token, namespace: 'default' },
      hostname: 'web-0',
      dnsConfig: { servers: ['10.0.0.10'], searches: ['cluster.local'] },
      logDirectory: base,
      linux: { cgroupParent: `/${token}`, securityContext: { namespaces: { pid: 1 } } },
    };
    const { id: podId } = await cri(address, 'RunPodSandbox', { config: podConfig, runtimeHandler: 'shim' });
    const isReady = async () => {
      const { status } = await cri(address, 'PodSandboxStatus', { id: podId });
      return !('state' in (status as object)); // 0 is that it is, which is not on the wire
    };
    expect(await isReady()).toBe(true);
    const config = { metadata: { name: 'web' }, image: { image: IMAGE }, command: ['/bin/sleep', '600'] };
    const { id } = await cri(address, 'CreateContainer', { podId, config, podConfig });
    await cri(address, 'StartContainer', { id });
    const script = 'cat /proc/sys/kernel/hostname /etc/hostname /etc/resolv.conf';
    const exec = () => cri(address, 'ExecSync', { id, cmd: ['/bin/sh', '-c', script] });
    const said = 'web-0\nweb-0\nsearch cluster.local\nnameserver 10.0.0.10\n';
    expect(await exec()).toEqual({ stdout: said });
    expect((await ctr('-n', 'k8s.io', 'task', 'ls', '-q')).stdout).toBe(String(id));

    await box.restart();
    const stateOf = async () => (await cri(address, 'ContainerStatus', { id }))['status'];
    await expect
      .poll(() => stateOf().catch(() => undefined), { timeout: 10_000 })
      .toMatchObject({ state: RUNNING });
    expect(await isReady()).toBe(true);
    expect(await exec()).toEqual({ stdout: said });
    await cri(address, 'StopPodSandbox', { id: podId });
    expect(await isReady()).toBe(false);
    await cri(address, 'RemovePodSandbox', { id: podId });
    expect((await ctr('-n', 'k8s.io', 'task', 'ls', '-q')).stdout).toBe('');
    await expect.poll(() => groupsOf(token), { timeout: 10_000 }).toEqual([]);
    const find = ['/sys/fs/cgroup', '-depth', '-type', 'd', '-name', token, '-exec', 'rmdir', '{}', '+'];
    await execa('find', find, { reject: false }); // the pod's own cgroup is the kubelet's to remove
  });
});

type Linux = NonNullable<Parameters<typeof PodSandboxConfig.fromPartial>[0]['linux']>;

function linux(more: Linux): Linux {
  return { securityContext: { namespaceOptions: { pid: 0 } }, ...more };
}

/** A sandbox beside a container, whose process serves it, too, and whose network namespace it has. */
async function podOf(containerd: ContainerdV2) {
  const { run, base, token, ctr, state } = containerd;
  await run(['-d'], 'web', '/bin/sleep', '600');
  const web = path.join(state, 'io.containerd.runtime.v2.task/default', `${token}-web`);
  const client = await connect(readFileSync(path.join(web, 'address'), 'utf8').replace('unix://', ''));
  const sandbox = client.service(SandboxDefinition);
  const [, webPid] = / (\d+) +RUNNING/.exec((await ctr('task', 'ls')).stdout) ?? [];
  const netns = `/proc/${webPid}/ns/net`;
  const id = `${token}-pod`;
  const bundlePath = path.join(base, 'pod');
  mkdirSync(bundlePath);
  const create = async (config: Parameters<typeof PodSandboxConfig.fromPartial>[0]) => {
    const value = PodSandboxConfig.encode(PodSandboxConfig.fromPartial(config)).finish();
    const options = { typeUrl: 'runtime.v1.PodSandboxConfig', value };
    try {
      await sandbox.createSandbox({ sandboxId: id, bundlePath, netnsPath: netns, options });
      return 'made';
    } catch (error) {
      return `${(error as { status?: string }).status} ${String(error)}`;
    }
  };
  return { client, netns, token, bundle: bundlePath, pod: { id, create, sandbox } };
}

/** The processes that work in a directory. */
function workersIn(directory: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => workingDirectory(pid) === directory);
}

/** CRI with pods of our shim, whose network is but a claim. */
function configOf(base: string): string {
  const [bin, conf] = [path.join(base, 'cni-bin'), path.join(base, 'cni-conf')];
  for (const directory of [bin, conf]) mkdirSync(directory);
  for (const name of ['claimed', 'loopback']) {
    writeFileSync(path.join(bin, name), NETWORK_PLUGIN);
    chmodSync(path.join(bin, name), 0o755);
  }
  const list = { cniVersion: '0.4.0', name: 'claimed', plugins: [{ type: 'claimed' }] };
  writeFileSync(path.join(conf, '10-claimed.conflist'), JSON.stringify(list));
  return `
[${CRI}]
  restrict_oom_score_adj = true
[${CRI}.cni]
  bin_dir = "${bin}"
  conf_dir = "${conf}"
[${CRI}.containerd]
  snapshotter = "native"
  default_runtime_name = "shim"
[${CRI}.containerd.runtimes.shim]
  runtime_type = "${RUNTIME}"
  sandboxer = "shim"
`;
}
