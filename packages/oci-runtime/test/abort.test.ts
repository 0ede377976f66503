import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { type Bench, bench, makeFifo, RUNTIMES, until } from './fixtures/container.ts';

// The beginning, the middle and the end of a call that takes 7 to 30 ms, and beyond.
const MOMENTS_MS = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 17, 20, 24, 28, 33, 40] as const;
const SPREADS = 'sh -c "sleep 1000 & sleep 1000" & sleep 1000 & echo >/ready; wait';

/** Aborts `call` at each moment. Whether it was early enough is not said: either way nothing may be left in the end. */
async function atEachMoment(
  call: (signal: AbortSignal, attempt: number) => Promise<unknown>,
): Promise<number> {
  let aborted = 0;
  for (const [attempt, ms] of MOMENTS_MS.entries()) {
    const signal = AbortSignal.timeout(ms);
    const failure = await call(signal, attempt).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) continue;
    expect(failure).toBe(signal.reason);
    aborted += 1;
  }
  return aborted;
}

async function temporaryFiles({ sandbox }: Bench): Promise<string[]> {
  return (await readdir(sandbox.base)).filter((name) => name.startsWith('oci-runtime-'));
}

describe.each(RUNTIMES)('$name, aborted', ({ name, command }) => {
  needs('linux', 'root', `command ${name}`, 'command unshare', 'command busybox');

  test('while it creates, leaves no container', async () => {
    const place = await bench({ command });
    const bundles = new Map<number, string>();
    for (const [attempt] of MOMENTS_MS.entries())
      bundles.set(attempt, await place.bundle(place.id(`c${attempt}`)));

    const aborted = await atEachMoment(async (signal, attempt) => {
      const id = place.id(`c${attempt}`);
      await place.runtime.create(id, { bundle: bundles.get(attempt) ?? '', signal });
      await place.runtime.delete(id, { force: true });
    });
    expect(aborted).toBeGreaterThan(2);
    expect(await place.runtime.list()).toEqual([]);
    expect(await temporaryFiles(place)).toEqual([]);
  });

  test('while it creates under the id of another container, leaves that alone', async () => {
    const place = await bench({ command, abortGraceMs: 0 });
    const id = place.id('web');
    const bundle = await place.bundle(id);
    const { pid } = await place.runtime.run(id, { bundle, detach: true });

    for (const ms of MOMENTS_MS) {
      await expect(place.runtime.create(id, { bundle, signal: AbortSignal.timeout(ms) })).rejects.toThrow();
    }
    expect(await place.runtime.state(id)).toMatchObject({ status: 'running', pid });
    await place.runtime.delete(id, { force: true });
  });

  test('while it runs in a hook that never ends, leaves neither hook nor container', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    const hook = place.file('hook.sh');
    const [entered, never] = [place.file('entered'), await makeFifo(place.file('never'))];
    await writeFile(hook, `echo >${entered}\nread word <${never}\n`);
    const hooks = { createRuntime: [{ path: '/bin/sh', args: ['sh', hook] }] };
    const controller = new AbortController();

    const created = place.runtime.create(id, {
      bundle: await place.bundle(id, { hooks }),
      signal: controller.signal,
    });
    await until(() => existsSync(entered));
    controller.abort(new Error('enough'));
    await expect(created).rejects.toThrow('enough');
    expect(await place.runtime.list()).toEqual([]);
  });

  test('while a container runs that it started for good, leaves no container', async () => {
    const place = await bench({ command });
    const aborted = await atEachMoment(async (signal, attempt) => {
      const id = place.id(`c${attempt}`);
      await place.runtime.run(id, { bundle: await place.bundle(id), detach: true, signal });
      await place.runtime.delete(id, { force: true });
    });
    expect(aborted).toBeGreaterThan(2);
    expect(await place.runtime.list()).toEqual([]);
  });

  test.each([
    ['of its own', ['pid', 'ipc', 'uts', 'mount']],
    ['of the host', ['ipc', 'uts', 'mount']],
  ])(
    'while it waits for a container with a pid namespace %s, leaves none of its processes',
    async (_, namespaces) => {
      const place = await bench({ command });
      const id = place.id('web');
      const bundle = await place.bundle(id, { args: ['sh', '-c', SPREADS], namespaces });
      const controller = new AbortController();

      const run = place.runtime.run(id, { bundle, signal: controller.signal });
      await until(() => existsSync(`${bundle}/rootfs/ready`));
      controller.abort();
      await expect(run).rejects.toBe(controller.signal.reason);
      expect(await place.runtime.list()).toEqual([]);
    },
  );

  test('while it waits for a process in a container, leaves the container alone', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    const bundle = await place.bundle(id);
    const { pid } = await place.runtime.run(id, { bundle, detach: true });
    const controller = new AbortController();

    const executed = place.runtime.exec(id, ['sh', '-c', SPREADS], { signal: controller.signal });
    await until(() => existsSync(`${bundle}/rootfs/ready`));
    controller.abort();
    await expect(executed).rejects.toBe(controller.signal.reason);
    await until(async () => (await place.runtime.ps(id)).length === 1);
    expect(await place.runtime.ps(id)).toEqual([pid]);
    await place.runtime.delete(id, { force: true });
  });

  test.each([true, false])(
    'at any moment of an exec (detached: %s), leaves the container alone',
    async (detach) => {
      const place = await bench({ command });
      const id = place.id('web');
      const { pid } = await place.runtime.run(id, { bundle: await place.bundle(id), detach: true });

      const aborted = await atEachMoment(async (signal) => {
        const options = { signal, stdin: 'ignore' } as const;
        const args = ['sleep', '1000'];
        if (!detach) return place.runtime.exec(id, args, options);
        const executed = await place.runtime.exec(id, args, { ...options, detach });
        process.kill(executed.pid, 'SIGKILL');
        return executed;
      });
      expect(aborted).toBeGreaterThan(2);
      await until(async () => (await place.runtime.ps(id)).length === 1);
      expect(await place.runtime.ps(id)).toEqual([pid]);
      await place.runtime.delete(id, { force: true });
      expect(await temporaryFiles(place)).toEqual([]);
    },
  );

  test('beforehand, starts nothing', async () => {
    const place = await bench({ command });
    const id = place.id('web');
    const signal = AbortSignal.abort(new Error('enough'));

    await expect(place.runtime.create(id, { bundle: await place.bundle(id), signal })).rejects.toThrow(
      'enough',
    );
    await expect(place.runtime.state(id, { signal })).rejects.toThrow('enough');
    await expect(place.runtime.events(id, { signal }).next()).rejects.toThrow('enough');
    expect(existsSync(place.sandbox.runtimeRoot)).toBe(false);
  });
});
