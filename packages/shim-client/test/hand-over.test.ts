import { chmodSync } from 'node:fs';
import path from 'node:path';
import { type AddSharedShimRequest, ShimDefinition, type ShimHandlers } from '@shimwright/shim-api';
import { prepareSocketDirectory } from '@shimwright/shim-host';
import { TtrpcError, TtrpcServer } from '@shimwright/ttrpc';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { SharedShimsDefinition } from '../../shim-api/src/index.ts';
import { handOver, listShared, newClient, sharedInfo, withConnect, withShared } from '../src/index.ts';
import { type EmptyBundle, emptyBundle } from './fixtures/bundle.ts';

/** A process of the first version: its control socket knows neither `info` nor `handover`, its shims no `end`. */
async function firstVersion(bundle: EmptyBundle) {
  const { info: _, handover: __, ...methods } = SharedShimsDefinition.methods;
  const asked: string[] = [];
  const served: AddSharedShimRequest[] = [];
  const refuse = () => Promise.reject(TtrpcError.status('UNIMPLEMENTED', 'not here'));
  const handlers = Object.fromEntries(Object.keys(ShimDefinition.methods).map((name) => [name, refuse]));
  const shim = new TtrpcServer().handle(ShimDefinition, {
    ...(handlers as unknown as ShimHandlers),
    shimInfo: () => ({ shimPid: process.ppid }),
  });
  const control = new TtrpcServer().handle(
    { ...SharedShimsDefinition, methods },
    {
      add: async (request: AddSharedShimRequest) => {
        served.push(request);
        const socket = request.address.slice('unix://'.length);
        prepareSocketDirectory(socket);
        await shim.listen(socket);
        return { shimPid: process.ppid };
      },
      keep: () => ({}),
      list: () => {
        asked.push('list');
        return { shims: served.map((one) => ({ ...one, unknownExits: [] })) };
      },
      remove: () => ({}),
    },
  );
  const controlSocket = path.join(bundle.base, 'control');
  chmodSync(bundle.base, 0o700);
  await control.listen(controlSocket);
  onTestFinished(async () => {
    await control.close();
    await shim.close();
  });
  return { asked, options: { ...bundle.start, command: '/bin/false', controlSocket } };
}

describe('a process of the first version', () => {
  needs('linux', 'root');

  test('is asked for nothing that it does not know, and serves on', async () => {
    const bundle = await emptyBundle();
    const { options } = await firstVersion(bundle);
    expect(await sharedInfo(options)).toEqual({ shimPid: 0, protocol: 1, registerFormat: 1, by: '' });
    await expect(handOver(options)).rejects.toMatchObject({
      ...{ code: 'ERR_SHIM_VERSION', path: options.controlSocket },
    });
    expect(await listShared(options)).toEqual([]);
  });

  test('is not signalled when its shim does not know how to end, whatever process it names', async () => {
    const bundle = await emptyBundle();
    const { options } = await firstVersion(bundle);
    const shim = await newClient(bundle.config, withShared(options));
    await expect(shim.stopShim()).rejects.toMatchObject({ code: 'ERR_SHIM_VERSION' });
    expect(await shim.isAlive()).toBe(true);
    await shim.close();
    const again = await newClient(bundle.config, withConnect(options));
    await expect(again.killShim()).rejects.toMatchObject({ code: 'ERR_SHIM_PROCESS' });
    expect(await again.isAlive()).toBe(true);
    await again.close();
  });
});
