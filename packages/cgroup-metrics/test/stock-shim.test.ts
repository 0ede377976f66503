import { type CgroupMetrics, unpackMetrics } from '@shimwright/shim-api/metrics';
import { expect, test, vi } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { cgroupsOf, readMetrics } from '../src/index.ts';
import { stockShim } from './fixtures/stock-shim-v2.ts';

needs('linux', 'root', 'command containerd-shim-runc-v2', 'command runc', 'command busybox');

// It works for a moment, and then waits for a signal without using anything.
const SCRIPT = 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exec busybox sleep 1000';
const RESOURCES = {
  memory: { limit: 64 * 2 ** 20 },
  pids: { limit: 50 },
  cpu: { quota: 50_000, period: 100_000 },
};

test('each field is between what was read before and after the stock shim tells it, of a real container', async () => {
  const { id, bundle, task, topics } = await stockShim(['sh', '-c', SCRIPT], RESOURCES);
  const { pid } = await task.create({ id, bundle });
  const cgroups = await cgroupsOf(pid);
  await task.start({ id });
  expect(await task.state({ id })).toMatchObject({ id, pid, status: 'RUNNING' });
  expect(await task.connect({ id })).toMatchObject({ taskPid: pid, shimPid: expect.any(Number) });
  expect((await task.pids({ id })).processes.map((process) => process.pid)).toEqual([pid]);

  // What the kernel counts goes up and down: it is enough that a field was in between once.
  let outside: readonly string[] | undefined;
  for (let round = 0; round < 200 && outside?.length !== 0; round++) {
    const before = await readMetrics(cgroups);
    const { stats } = await task.stats({ id });
    if (!stats) throw new Error('the shim told nothing');
    const stock = unpackMetrics(stats);
    const after = await readMetrics(cgroups);

    expect(stock.type).toBe(before.type);
    expect(shapeOf(before)).toEqual(shapeOf(stock));
    const [low, told, high] = [numbersOf(before), numbersOf(stock), numbersOf(after)];
    // So that it is no comparison of zeros.
    expect([...told.values()].filter((value) => value > 0n).length).toBeGreaterThan(15);
    outside = (outside ?? [...told.keys()]).filter(
      (field) => !isBetween(told.get(field) ?? 0n, low.get(field) ?? 0n, high.get(field) ?? 0n),
    );
  }
  expect(outside).toEqual([]);

  const waiting = task.wait({ id });
  await task.kill({ id, signal: 9 });
  expect((await waiting).exitStatus).toBe(137);
  expect((await task.delete({ id })).exitStatus).toBe(137);
  await expect(readMetrics(cgroups)).rejects.toMatchObject({ code: 'ERR_METRICS_GONE' });
  // It answers before it publishes, and need not publish any more once it is to end.
  await vi.waitFor(
    () => expect(topics).toEqual(['/tasks/create', '/tasks/start', '/tasks/exit', '/tasks/delete']),
    { timeout: 20_000 },
  );
  await task.shutdown({ id }).catch(() => {}); // it may end before it answers
});

const isBetween = (value: bigint, one: bigint, other: bigint) =>
  (one <= value && value <= other) || (other <= value && value <= one);

/** Which fields there are, without their values; block devices may come while we look. */
function shapeOf({ metrics }: CgroupMetrics): readonly string[] {
  return leavesOf({ ...metrics, blkio: undefined, io: undefined }).map(([field]) => field);
}

function numbersOf({ metrics }: CgroupMetrics): ReadonlyMap<string, bigint> {
  return new Map(
    leavesOf(metrics).flatMap(([field, value]) =>
      typeof value === 'bigint' ? [[field, value] as const] : [],
    ),
  );
}

/** All fields with their values, but for those of version 2 that the shim of containerd 1.6 does not have. */
function leavesOf(value: unknown, name = ''): readonly (readonly [field: string, value: unknown])[] {
  if (/\.(?:psi|maxUsage|swapMaxUsage)$/.test(name)) return [];
  if (typeof value !== 'object' || value === null) return [[name, value]];
  return Object.entries(value).flatMap(([key, field]) => leavesOf(field, `${name}.${key}`));
}
