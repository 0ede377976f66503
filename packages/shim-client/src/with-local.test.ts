import { ShimDefinition, type ShimHandlers } from '@shimwright/shim-api';
import { TtrpcError } from '@shimwright/ttrpc';
import { expect, test } from 'vitest';
import { newClient } from './shim-client.ts';
import { withLocal } from './with-local.ts';

const config = {
  path: '/b',
  workDir: '/w',
  namespace: 'test',
  criu: '',
  runtimeRoot: '',
  systemdCgroup: false,
};

function handlers(some: Partial<ShimHandlers>): ShimHandlers {
  const refuse = () => Promise.reject(TtrpcError.status('UNIMPLEMENTED', 'not here'));
  const all = Object.fromEntries(Object.keys(ShimDefinition.methods).map((name) => [name, refuse]));
  return { ...(all as unknown as ShimHandlers), ...some };
}

test('serves the calls from this process, with every field of the request filled in', async () => {
  const seen: unknown[] = [];
  const create = async (given: typeof config) => ({
    handlers: handlers({
      state: (request) => {
        seen.push(given, request);
        return { id: request.id, pid: 7 };
      },
    }),
    close: async () => {},
  });
  await using shim = await newClient(config, withLocal(create));

  expect(await shim.state({ id: 'a' })).toMatchObject({ id: 'a', pid: 7, stdout: '' });
  expect(seen).toEqual([config, { id: 'a' }]);
  await expect(shim.pause({})).rejects.toMatchObject({ status: 'UNIMPLEMENTED' });
});

test('to stop, kill, close or dispose of it closes the service once', async () => {
  let closes = 0;
  const create = async () => ({
    handlers: handlers({ shimInfo: () => ({ shimPid: process.pid }) }),
    close: async () => {
      closes += 1;
    },
  });
  const shim = await newClient(config, withLocal(create));
  expect(await shim.isAlive()).toBe(true);
  await shim.stopShim();
  await shim.killShim();
  await shim.close();
  await shim[Symbol.asyncDispose]();
  expect(closes).toBe(1);
});

test('nothing is created when the signal is aborted already', async () => {
  const reason = new Error('no');
  const create = () => expect.unreachable();
  await expect(newClient(config, withLocal(create), { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
});
