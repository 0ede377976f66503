import type { ServiceDescriptor } from '@shimwright/ttrpc';
import { expect, expectTypeOf, test } from 'vitest';
import {
  Empty,
  ShimDefinition,
  type ShimHandlers,
  type ShimService,
  StateRequest,
  StateResponse,
  type StateResponse as StateResponseMessage,
} from './index.ts';

test('the service has its name and its 16 calls, as they are named on the wire', () => {
  expect(ShimDefinition.fullName).toBe('containerd.runtime.linux.shim.v1.Shim');
  expect(Object.entries(ShimDefinition.methods).map(([ours, { name }]) => [ours, name])).toEqual([
    ['state', 'State'],
    ['create', 'Create'],
    ['start', 'Start'],
    ['delete', 'Delete'],
    ['deleteProcess', 'DeleteProcess'],
    ['listPids', 'ListPids'],
    ['pause', 'Pause'],
    ['resume', 'Resume'],
    ['checkpoint', 'Checkpoint'],
    ['kill', 'Kill'],
    ['exec', 'Exec'],
    ['resizePty', 'ResizePty'],
    ['closeIO', 'CloseIO'],
    ['shimInfo', 'ShimInfo'],
    ['update', 'Update'],
    ['wait', 'Wait'],
  ]);
});

test('each call has the codecs of its request and response', () => {
  expect(ShimDefinition.methods.state).toMatchObject({
    requestType: StateRequest,
    responseType: StateResponse,
  });
  expect(ShimDefinition.methods.pause).toMatchObject({ requestType: Empty, responseType: Empty });
});

test('the types are those of ttrpc’s clients and handlers', () => {
  expectTypeOf<typeof ShimDefinition>().toExtend<ServiceDescriptor>();
  expectTypeOf<Awaited<ReturnType<ShimService['state']>>>().toEqualTypeOf<StateResponseMessage>();
  expectTypeOf<Parameters<ShimHandlers['state']>[0]>().toEqualTypeOf<StateRequest>();
  expectTypeOf<StateResponseMessage['status']>().toEqualTypeOf<
    'UNKNOWN' | 'CREATED' | 'RUNNING' | 'STOPPED' | 'PAUSED' | 'PAUSING' | 'UNRECOGNIZED'
  >();
});
