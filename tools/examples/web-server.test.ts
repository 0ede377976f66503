import path from 'node:path';
import { execaNode } from 'execa';
import { describe, expect, test } from 'vitest';
import { testPlace } from '../../packages/containers/test/place.ts';
import { needs } from '../testing/needs.ts';

const plugins = '/usr/lib/cni';

describe('web-server', () => {
  needs('linux', 'root', 'command runc', 'command busybox', 'command ip', `command ${plugins}/bridge`);

  const where = testPlace();

  test('a page of a server in a container is read from this machine, by a network that CNI made', async () => {
    const { stateDir, dataDir, namespace } = where.place;
    const { stdout, stderr } = await execaNode(
      path.join(import.meta.dirname, 'web-server.ts'),
      [where.rootfs, plugins],
      {
        nodeOptions: ['--conditions=@shimwright/source'],
        env: {
          SHIMWRIGHT_STATE_DIR: stateDir,
          SHIMWRIGHT_DATA_DIR: dataDir,
          SHIMWRIGHT_NAMESPACE: namespace,
        },
        reject: false,
      },
    );
    expect({ stdout, stderr }).toEqual({ stdout: 'hello from a container', stderr: '' });
    expect(await where.left()).toEqual([]);
  });
});
