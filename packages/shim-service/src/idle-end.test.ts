import { once } from 'node:events';
import { Socket } from 'node:net';
import type { ShimHandlers } from '@shimwright/shim-api';
import { expect, test } from 'vitest';
import { IdleEnd } from './idle-end.ts';

function idle(hasContainer = false) {
  const ended = Promise.withResolvers<'ended'>();
  const end = new IdleEnd(1, () => ended.resolve('ended'));
  if (hasContainer) end.adopted();
  end.begin();
  const calls: PromiseWithResolvers<object>[] = [];
  const call = () => {
    const answer = Promise.withResolvers<object>();
    calls.push(answer);
    return answer.promise;
  };
  const handlers = end.watched({ create: call, delete: call } as unknown as ShimHandlers);
  const state = () => Promise.race([ended.promise, delayed()]);
  return { end, handlers, calls, state, ended: ended.promise };
}

/** Later than the shim would have ended. */
const delayed = () => new Promise<'goes on'>((resolve) => setTimeout(resolve, 30, 'goes on'));

test('a shim without a container and a client ends', async () => {
  expect(await idle().ended).toBe('ended');
});

test('a shim with a client goes on until that is gone', async () => {
  const { end, state, ended } = idle();
  const [one, two] = [new Socket(), new Socket()];
  end.connected(one);
  end.connected(two);
  one.destroy();
  await once(one, 'close');
  expect(await state()).toBe('goes on');
  two.destroy();
  expect(await ended).toBe('ended');
});

test('a shim goes on while a container is made, while it is there, and not when it was not made or is deleted', async () => {
  const { handlers, calls, state, ended } = idle();
  const made = handlers.create({} as never, {} as never);
  expect(await state()).toBe('goes on');
  calls[0]?.resolve({});
  await made;
  expect(await state()).toBe('goes on');
  const failed = Promise.resolve(handlers.delete({} as never, {} as never)).catch(() => 'failed');
  calls[1]?.reject(new Error('still running'));
  expect(await failed).toBe('failed');
  expect(await state()).toBe('goes on');
  const deleted = handlers.delete({} as never, {} as never);
  calls[2]?.resolve({});
  await deleted;
  expect(await ended).toBe('ended');
});

test('a shim whose container could not be made ends', async () => {
  const { handlers, calls, ended } = idle();
  const failed = Promise.resolve(handlers.create({} as never, {} as never)).catch(() => 'failed');
  calls[0]?.reject(new Error('no runtime'));
  expect(await failed).toBe('failed');
  expect(await ended).toBe('ended');
});

test('a shim that has taken over a container, or was told to, does not end by itself', async () => {
  expect(await idle(true).state()).toBe('goes on');
  const { end, state } = idle();
  end.stop();
  expect(await state()).toBe('goes on');
});
