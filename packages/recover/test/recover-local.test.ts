import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { becomeSubreaper, newShimClient, shimLocal } from '../../runtime-v1/src/index.ts';
import { hostRoot, newTestBundle } from '../../runtime-v1/test/fixtures/task.ts';
import { namespace, world } from './fixtures/world.ts';

// In a file of its own, since what is below a subreaper never gets another parent.
describe('recover', () => {
  needs('linux', 'root', 'command runc');

  test('spares a container that has its shim within this process', async () => {
    becomeSubreaper();
    const box = await world('stock');
    const bundle = await newTestBundle(box, ['/bin/sleep', '600'], 'web');
    const shimOpt = shimLocal(box.config, { publish: () => {} }, { runtime: 'runc' });
    const shim = await newShimClient(bundle, namespace, shimOpt);
    await shim.create({ id: 'web', bundle: bundle.path, rootfs: hostRoot });
    const { pid } = await shim.start({ id: 'web' });
    expect(await box.clean()).toEqual([
      { id: 'web', found: 'live-container', path: bundle.path, pid, cleaned: false },
    ]);
    expect(await shim.state({ id: 'web' })).toMatchObject({ status: 'RUNNING' });
    await shim.close();
    await bundle.delete();
  });
});
