import { describe, expect, test } from 'vitest';
import { shimState } from '../test/fixtures/shim-state.ts';
import { inProcess, type ServiceHandlers, TtrpcError } from './index.ts';

type State = ServiceHandlers<typeof shimState>['state'];

const missing = () => Promise.reject(new Error('never called'));
const answeredBy = (state: State) => inProcess(shimState, { state, missing });

/** Never answers; rejects with the reason when the signal is aborted. */
const hang: State = (_, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('calls in this process', () => {
  test('fill in what was left out, in the request and in the response', async () => {
    const shim = answeredBy((request) => ({ id: JSON.stringify(request) }));
    expect(await shim.state({ id: 'a' })).toEqual({ id: '{"id":"a","stdout":""}', stdout: '' });
  });

  test('can be answered by the methods of an object', async () => {
    const object = {
      name: 'name',
      state() {
        return { id: this.name };
      },
      missing,
    };
    expect(await inProcess(shimState, object).state({})).toMatchObject({ id: 'name' });
  });

  test('have metadata and a deadline, or none', async () => {
    const shim = answeredBy((_, { metadata, timeoutMs }) => ({
      id: JSON.stringify([metadata, timeoutMs ?? null]),
    }));
    expect(await shim.state({})).toMatchObject({ id: '[{},null]' });
    const options = { metadata: { key: ['a', 'b'] }, timeoutMs: 60_000 };
    expect(await shim.state({}, options)).toMatchObject({ id: '[{"key":["a","b"]},60000]' });
  });

  test('reject with the status that the handler throws', async () => {
    const error = TtrpcError.status('NOT_FOUND', 'no such container');
    await expect(answeredBy(() => Promise.reject(error)).state({})).rejects.toBe(error);
  });

  test('reject with UNKNOWN for any other error, even one thrown at once', async () => {
    const cause = new RangeError('out of it');
    const shim = answeredBy(() => {
      throw cause;
    });
    await expect(shim.state({})).rejects.toMatchObject({
      code: 'ERR_TTRPC_STATUS',
      status: 'UNKNOWN',
      message: 'out of it',
      cause,
    });
  });

  test('reject with UNIMPLEMENTED where there is no handler', async () => {
    const handlers = {} as ServiceHandlers<typeof shimState>;
    await expect(inProcess(shimState, handlers).state({})).rejects.toMatchObject({ status: 'UNIMPLEMENTED' });
  });

  test('reject with DEADLINE_EXCEEDED in time, and the handler hears of it', async () => {
    const heard = Promise.withResolvers<unknown>();
    const shim = answeredBy(
      (_, { signal }) =>
        new Promise(() => signal.addEventListener('abort', () => heard.resolve(signal.reason))),
    );
    await expect(shim.state({}, { timeoutMs: 5 })).rejects.toMatchObject({ status: 'DEADLINE_EXCEEDED' });
    expect(await heard.promise).toMatchObject({ status: 'DEADLINE_EXCEEDED' });
  });

  test('have no deadline when it is further away than a timer can be set', async () => {
    const shim = answeredBy(() => new Promise((resolve) => setImmediate(resolve, {})));
    expect(await shim.state({}, { timeoutMs: 2 ** 31 })).toMatchObject({ id: '' });
  });

  test('reject with the reason of an abort, before and while they run, and the handler hears of it', async () => {
    const abort = new AbortController();
    const reason = new Error('no longer needed');
    const heard = Promise.withResolvers<unknown>();
    const shim = answeredBy((request, context) => {
      context.signal.addEventListener('abort', () => heard.resolve(context.signal.reason));
      return hang(request, context);
    });
    const running = shim.state({}, abort);
    abort.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(await heard.promise).toBe(reason);
    await expect(shim.state({}, abort)).rejects.toBe(reason);
  });

  test('carry messages of any size, as nothing is serialized', async () => {
    const stdout = 'x'.repeat(5 * 1024 * 1024);
    expect((await answeredBy((request) => request).state({ stdout })).stdout).toHaveLength(stdout.length);
  });
});
