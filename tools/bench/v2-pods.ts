import { mkdtemp, rm } from 'node:fs/promises';
import { cri } from '../../packages/shim-service/test/fixtures/cri.ts';
import { IMAGE, imageByHand } from '../../packages/shim-service/test/fixtures/image-by-hand.ts';
import type { BenchDaemon } from './v2-daemon.ts';

/** The image of the pods, pause among them, which CRI has to know. */
export async function importPodImage(daemon: BenchDaemon): Promise<void> {
  const directory = await mkdtemp(`${daemon.base}/image-`);
  const file = await imageByHand(`${daemon.base}/rootfs`, `${directory}/of`);
  await daemon.ctr('-n', 'k8s.io', 'image', 'import', '--snapshotter', 'native', file);
  await rm(directory, { recursive: true });
}

/** A pod of pause and two containers by CRI, from its making to both running, and its removal. */
export async function podByCri(daemon: BenchDaemon, handler: string, token: string): Promise<void> {
  const address = `${daemon.base}/c.sock`;
  const podConfig = {
    metadata: { name: `pod-${handler}`, uid: token, namespace: 'default' },
    linux: { cgroupParent: `/${token}`, securityContext: { namespaces: { network: 2 } } },
  };
  const { id: podId } = await cri(address, 'RunPodSandbox', { config: podConfig, runtimeHandler: handler });
  for (const name of ['one', 'two']) {
    const config = { metadata: { name }, image: { image: IMAGE }, command: ['/bin/sleep', '3600'] };
    const { id } = await cri(address, 'CreateContainer', { podId, config, podConfig });
    await cri(address, 'StartContainer', { id });
  }
  await cri(address, 'StopPodSandbox', { id: podId });
  await cri(address, 'RemovePodSandbox', { id: podId });
}
