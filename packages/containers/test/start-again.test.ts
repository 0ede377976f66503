import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { processIds } from '../../../tools/testing/command-lines.ts';
import { needs } from '../../../tools/testing/needs.ts';
import {
  type Container,
  type CreateOptions,
  create,
  get,
  imageStore,
  list,
  restore,
  start,
} from '../src/index.ts';
import { bundleOf, placeOf } from '../src/place.ts';
import { reachTask } from '../src/task.ts';
import { testPlace } from './place.ts';

describe('a container that has ended', () => {
  needs('linux', 'root', 'command runc', 'command busybox');

  const where = testPlace();

  const optionsOf = (script: string): CreateOptions => ({
    ...where.place,
    rootfs: where.rootfs,
    args: ['sh', '-c', script],
  });

  async function started(script: string, options: Partial<CreateOptions> = {}): Promise<Container> {
    const container = await start({ ...optionsOf(script), ...options });
    onTestFinished(() => container.remove());
    return container;
  }

  async function log(container: Container): Promise<string[]> {
    const found: string[] = [];
    for await (const { stream, text } of container.logs({ follow: true })) found.push(`${stream}: ${text}`);
    return found;
  }

  /** What a process leaves that was killed when the container had no first process. */
  async function cutOff(container: Container): Promise<void> {
    const place = placeOf(where.place);
    const bundle = bundleOf(place, container.id);
    await log(container);
    writeFileSync(path.join(bundle.path, 'starting-again'), '');
    await using task = await reachTask(bundle, place);
    await task.delete();
  }

  const COUNT = 'echo x >>/count; read n _ <<END\n$(wc -l </count)\nEND\necho "run $n"; exit $n';

  test('is started again with its files, its log and its id, as often as you like', async () => {
    const container = await started(COUNT, { name: 'again', labels: { tier: 'web' } });
    expect(await container.wait()).toMatchObject({ exitCode: 1 });
    for (const run of [2, 3]) {
      const found = await get('again', where.place);
      await found.start();
      expect(await found.wait()).toMatchObject({ exitCode: run });
    }
    expect(await log(container)).toEqual(['stdout: run 1', 'stdout: run 2', 'stdout: run 3']);
    expect(await list(where.place)).toMatchObject([
      { id: 'again', status: 'stopped', exit: { exitCode: 3 }, labels: { tier: 'web' } },
    ]);
    expect(readdirSync(bundleOf(placeOf(where.place), 'again').path)).not.toContain('starting-again');
  });

  test('has an input and a terminal again where it had them', async () => {
    const container = await create({
      ...optionsOf('tty; read line; echo "got $line"'),
      stdin: true,
      terminal: true,
    });
    onTestFinished(() => container.remove());
    for (const word of ['one', 'two']) {
      await container.start();
      using attachment = await container.attach();
      attachment.stdin.write(`${word}\n`);
      expect(await container.wait()).toMatchObject({ exitCode: 0 });
    }
    const lines = (await log(container)).map((line) => line.trimEnd());
    expect(lines.filter((line) => line.includes('got'))).toEqual(['stdout: got one', 'stdout: got two']);
    expect(lines.filter((line) => line.includes('/dev/'))).toHaveLength(2);
  });

  test('keeps the limit of its disk and what it wrote in memory', async () => {
    const script =
      '[ -e /file ] || { echo kept >/file; exit 9; }; cat /file; dd if=/dev/zero of=/big bs=1M count=8';
    const container = await started(script, { diskBytes: 2 * 1024 * 1024 });
    expect(await container.wait()).toMatchObject({ exitCode: 9 });
    await container.start();
    expect(await container.wait()).toMatchObject({ exitCode: 1 });
    const lines = await log(container);
    expect(lines[0]).toBe('stdout: kept');
    expect(lines.join('\n')).toMatch(/No space left/);
  });

  test('is not started twice, and one that runs not at all; a command that is gone is told', async () => {
    const container = await started(COUNT);
    await container.wait();
    const again = await Promise.allSettled([container.start(), container.start()]);
    expect(again.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
    for (const each of again)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'ERR_CONTAINER_STATE' });
    await container.wait();
    const running = await started('while true; do sleep 1; done');
    await expect(running.start()).rejects.toMatchObject({ code: 'ERR_CONTAINER_STATE' });
    const lost = await started('rm /bin/sh; exit 0');
    await lost.wait();
    await expect(lost.start()).rejects.toMatchObject({ code: 'ERR_CONTAINER_COMMAND', exitCode: 127 });
  });

  test('restart stops it first, and starts one that was never started', async () => {
    const container = await create(optionsOf('trap "exit 5" TERM; echo up; while true; do sleep 0.1; done'));
    onTestFinished(() => container.remove());
    await container.restart();
    for await (const { text } of container.logs({ follow: true })) if (text === 'up') break;
    const { pid } = await container.state();
    await container.restart();
    const after = await container.state();
    expect(after).toMatchObject({ status: 'running' });
    expect(after.pid).not.toBe(pid);
    await container.stop({ graceMs: 0 });
  });

  test.each(['start', 'restore'])('is made again by %s where that was cut off by a kill', async (by) => {
    const container = await started(COUNT);
    await container.wait();
    await cutOff(container);
    expect(await container.state()).toMatchObject({ status: 'created', exit: undefined });
    if (by === 'restore') {
      const { containers } = await restore(where.place);
      expect(containers.map(({ id }) => id)).toContain(container.id);
    }
    await container.start();
    expect(await container.wait()).toMatchObject({ exitCode: 2 });
    expect(await log(container)).toEqual(['stdout: run 1', 'stdout: run 2']);
  });

  test('is made again even if its shim has gone meanwhile', async () => {
    const container = await started(COUNT);
    await container.wait();
    await cutOff(container);
    const place = placeOf(where.place);
    const bundle = bundleOf(place, container.id);
    await using task = await reachTask(bundle, place);
    await task.endShim();
    await container.start();
    expect(await container.wait()).toMatchObject({ exitCode: 2 });
    await container.remove();
    expect(existsSync(bundle.path)).toBe(false);
  });

  test('goes on in its second run when its shim is killed, and runs a third time', async () => {
    const container = await started(
      `${COUNT.replace('exit', 'until [ -e /go-$n ]; do sleep 0.1; done; exit')}`,
    );
    await container.exec(['touch', '/go-1']);
    await container.wait();
    await container.start();
    const keepers = processIds('shimwright-keeper.cjs ');
    const shims = processIds(`--shared ${where.place.stateDir}`).filter((pid) => !keepers.includes(pid));
    for (const pid of shims) process.kill(pid, 'SIGKILL');
    const { containers } = await restore(where.place);
    expect(containers.map(({ id }) => id)).toContain(container.id);
    expect((await container.exec(['touch', '/go-2', '/go-3'])).exitCode).toBe(0);
    expect(await container.wait()).toMatchObject({ exitCode: 2 });
    await container.start();
    expect(await container.wait()).toMatchObject({ exitCode: 3 });
    expect(await log(container)).toEqual(['stdout: run 1', 'stdout: run 2', 'stdout: run 3']);
  });

  describe('of an image', () => {
    needs('command skopeo', 'command umoci');

    test('has what it wrote, also when its image is gone', async () => {
      const layout = path.join(where.base, 'layout');
      await execa('umoci', ['init', '--layout', layout]);
      await execa('umoci', ['new', '--image', `${layout}:shell`]);
      await execa('umoci', ['insert', '--image', `${layout}:shell`, '/bin/busybox', '/bin/sh']);
      const { rootfs: _, ...options } = optionsOf('[ -e /kept ] && exit 4; echo x >/kept; exit 3');
      const container = await start({ ...options, image: `oci:${layout}:shell` });
      onTestFinished(() => container.remove());
      expect(await container.wait()).toMatchObject({ exitCode: 3 });
      const store = await imageStore(where.place);
      for (const { name } of await store.list()) await store.remove(name);
      await store.collectGarbage();
      await container.start();
      expect(await container.wait()).toMatchObject({ exitCode: 4 });
    });
  });
});
