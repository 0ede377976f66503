import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { connect, statusNames } from '../src/index.ts';
import { goServer } from './fixtures/go-peer.ts';
import { shimState } from './fixtures/shim-state.ts';

async function connected() {
  const client = await connect(await goServer());
  onTestFinished(() => client.close());
  return client.service(shimState);
}

describe('a client of the Go server', () => {
  needs('command go');

  test('gets answers, many at a time', async () => {
    const shim = await connected();
    const ids = Array.from({ length: 500 }, (_, index) => `container-${index}`);
    const answers = await Promise.all(ids.map((id) => shim.state({ id })));
    expect(answers.map(({ id }) => id)).toEqual(ids);
    expect(answers[7]?.stdout).toContain('container-7-stdout');
  });

  test.each(statusNames.slice(1).map((status, index) => [status, index + 1] as const))(
    'gets the status %s by name',
    async (status, code) => {
      const shim = await connected();
      await expect(shim.state({ id: `status:${code}` })).rejects.toMatchObject({
        name: 'TtrpcError',
        code: 'ERR_TTRPC_STATUS',
        status,
        message: `message ${code}`,
      });
    },
  );

  test('a status number that gRPC does not define is UNKNOWN', async () => {
    const shim = await connected();
    await expect(shim.state({ id: 'status:99' })).rejects.toMatchObject({ status: 'UNKNOWN' });
  });

  test('a method that is not there is UNIMPLEMENTED', async () => {
    const shim = await connected();
    await expect(shim.missing({})).rejects.toMatchObject({
      status: 'UNIMPLEMENTED',
      message: 'method Missing',
    });
  });

  test('sends metadata, several values to a name', async () => {
    const shim = await connected();
    const metadata = { 'containerd-namespace-ttrpc': ['a', 'b'], other: ['c'] };
    expect(await shim.state({ id: 'metadata:containerd-namespace-ttrpc' }, { metadata })).toMatchObject({
      id: 'a,b',
    });
    expect(await shim.state({ id: 'metadata:other' }, { metadata })).toMatchObject({ id: 'c' });
  });

  test('tells the server how long it waits', async () => {
    const shim = await connected();
    expect(await shim.state({ id: 'deadline' })).toMatchObject({ id: 'none' });
    const { id } = await shim.state({ id: 'deadline' }, { timeoutMs: 3_600_000 });
    expect(Number(id)).toBeGreaterThan(3_500_000);
    expect(Number(id)).toBeLessThanOrEqual(3_600_000);
  });

  test('a call that takes longer than its deadline fails with DEADLINE_EXCEEDED, and only that one', async () => {
    const shim = await connected();
    const hanging = shim.state({ id: 'hang' }, { timeoutMs: 30 });
    await expect(hanging).rejects.toMatchObject({ code: 'ERR_TTRPC_STATUS', status: 'DEADLINE_EXCEEDED' });
    expect(await shim.state({ id: 'next' })).toMatchObject({ id: 'next' });
  });

  test('a response of more than 4 MiB fails its call alone', async () => {
    const shim = await connected();
    const big = shim.state({ id: `big:${5 * 1024 * 1024}` });
    const other = shim.state({ id: 'other' });
    await expect(big).rejects.toMatchObject({ code: 'ERR_TTRPC_TOO_LARGE' });
    expect(await other).toMatchObject({ id: 'other' });
    expect((await shim.state({ id: `big:${4_000_000}` })).stdout).toHaveLength(4_000_000);
  });

  test('a request of more than 4 MiB is not sent', async () => {
    const shim = await connected();
    const big = shim.state({ id: 'x'.repeat(5 * 1024 * 1024) });
    await expect(big).rejects.toMatchObject({ code: 'ERR_TTRPC_TOO_LARGE' });
    expect(await shim.state({ id: 'next' })).toMatchObject({ id: 'next' });
  });

  test('an abort rejects with its reason, and the late answer disturbs nobody', async () => {
    const shim = await connected();
    const abort = new AbortController();
    const reason = new Error('no longer needed');
    const given = shim.state({ id: 'anything' }, abort);
    abort.abort(reason);
    await expect(given).rejects.toBe(reason);
    await expect(shim.state({ id: 'more' }, abort)).rejects.toBe(reason);
    expect(await shim.state({ id: 'next' })).toMatchObject({ id: 'next' });
  });
});
