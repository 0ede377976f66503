import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { DOWNLOAD_MS, type SuiteEngines, suiteEngines } from '../../../tools/testing/suite-engines.ts';
import { type ContainerdV2, containerdV2, RUNTIME } from './fixtures/containerd-v2.ts';
import { cri, EXITED, RUNNING, stream } from './fixtures/cri.ts';
import { IMAGE, imageByHand } from './fixtures/image-by-hand.ts';
import { type V2Program, v2Program } from './fixtures/v2-program.ts';

const CRI = 'plugins."io.containerd.grpc.v1.cri"';

/** The handlers that Kubernetes can have for our program. */
const NAMED = () => `runtime_type = "${RUNTIME}"`;
const BY_PATH = (program: string) => `runtime_type = "io.containerd.runc.v2"
  runtime_path = "${program}"
  [${CRI}.containerd.runtimes.shim.options]
    BinaryName = "runc"`;

describe('Kubernetes’ CRI runs pods by our shim of task v2', () => {
  needs(
    'linux',
    'root',
    'command containerd',
    'command ctr',
    'command runc',
    'command busybox',
    'command tar',
  );

  let program: V2Program;
  let engines: SuiteEngines;
  beforeAll(async () => {
    program = await v2Program();
    engines = suiteEngines('forky');
  }, DOWNLOAD_MS);
  afterAll(() => program.remove());

  test.for([
    { title: 'of a name of its own', handler: NAMED, suite: undefined },
    { title: 'with the options of runc, as runtime_path', handler: BY_PATH, suite: undefined },
    { title: 'of containerd 2.1, which is answered by task v3', handler: NAMED, suite: 'forky' },
  ] as const)(
    '$title: pause and two containers, exec, attach, logs, stats, a restart, and their end',
    async (kind, context) => {
      const found = kind.suite && engines.found;
      if (found && 'reason' in found) return context.skip(found.reason);
      const runtime = kind.handler(program.file);
      const bin = found?.bin;
      const containerd = await containerdV2({
        program,
        cri: configOf(runtime),
        ...(bin === undefined ? {} : { bin }),
      });
      const { base, address, token } = containerd;
      await importImage(containerd, bin !== undefined);
      const podConfig = {
        metadata: { name: 'web', uid: token, namespace: 'default' },
        logDirectory: base,
        linux: { cgroupParent: `/${token}`, securityContext: { namespaces: { network: 2 } } },
      };
      const { id: podId } = await cri(address, 'RunPodSandbox', {
        config: podConfig,
        runtimeHandler: 'shim',
      });
      const add = async (name: string, more: object) => {
        const config = { metadata: { name }, image: { image: IMAGE }, logPath: `${name}.log`, ...more };
        const { id } = await cri(address, 'CreateContainer', { podId, config, podConfig });
        await cri(address, 'StartContainer', { id });
        return id;
      };
      const web = await add('web', { command: ['/bin/sh', '-c', 'echo said; exec sleep 600'] });
      const shell = await add('shell', { command: ['/bin/cat'], stdin: true });

      expect(await cri(address, 'ExecSync', { id: web, cmd: ['/bin/sh', '-c', 'echo in; exit 4'] })).toEqual({
        stdout: 'in\n',
        exitCode: 4,
      });
      const attach = await cri(address, 'Attach', { id: shell, stdin: true, stdout: true });
      expect(await stream(attach['url'], 'hello\n', 'hello')).toContain('hello');
      const exec = { id: web, cmd: ['/bin/tty'], tty: true, stdin: true, stdout: true };
      const { url } = await cri(address, 'Exec', exec);
      expect(await stream(url, '', '/dev/pts/')).toContain('/dev/pts/');
      expect(await readFile(path.join(base, 'web.log'), 'utf8')).toMatch(/ stdout F said\n/);
      const { stats } = await cri(address, 'ContainerStats', { id: web });
      expect(stats).toMatchObject({ memory: { workingSet: { value: expect.any(Number) } } });

      await containerd.restart();
      const stateOf = async (id: unknown) => (await cri(address, 'ContainerStatus', { id }))['status'];
      // It answers before it has loaded what there is.
      const stateOfLoaded = () => stateOf(web).catch(() => undefined);
      await expect.poll(stateOfLoaded, { timeout: 10_000 }).toMatchObject({ state: RUNNING });
      await cri(address, 'StopContainer', { id: web, timeout: 0 });
      expect(await stateOf(web)).toMatchObject({ state: EXITED, exitCode: 137 });
      await cri(address, 'RemoveContainer', { id: web });
      const again = await add('web', { metadata: { name: 'web', attempt: 1 } });
      expect(await stateOf(again)).toMatchObject({ state: RUNNING });

      await cri(address, 'StopPodSandbox', { id: podId });
      await cri(address, 'RemovePodSandbox', { id: podId });
      expect((await containerd.ctr('-n', 'k8s.io', 'task', 'ls', '-q')).stdout).toBe('');
      // The pod's own cgroup is the kubelet's to remove.
      await execa(
        'find',
        ['/sys/fs/cgroup', '-depth', '-type', 'd', '-name', token, '-exec', 'rmdir', '{}', '+'],
        { reject: false },
      );
    },
  );
});

async function importImage({ ctr, base, rootfs }: ContainerdV2, isTwo: boolean): Promise<void> {
  const file = await imageByHand(rootfs, path.join(base, 'image'));
  // By itself, ctr of containerd 2 leaves it to the daemon, with the daemon's own snapshotter.
  const options = [...(isTwo ? ['--local'] : []), '--snapshotter', 'native'];
  const imported = await ctr('-n', 'k8s.io', 'image', 'import', ...options, file);
  expect(imported).toMatchObject({ exitCode: 0 });
}

function configOf(runtime: string): string {
  return `
[${CRI}]
  sandbox_image = "${IMAGE}"
  restrict_oom_score_adj = true
[${CRI}.containerd]
  snapshotter = "native"
  default_runtime_name = "shim"
[${CRI}.containerd.runtimes.shim]
  ${runtime}
`;
}
