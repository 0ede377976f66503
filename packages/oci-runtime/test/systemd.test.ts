import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type CgroupFile,
  cgroupOf,
  hasSystemd,
  MEMORY_LIMIT,
  PIDS_LIMIT,
  readCgroup,
} from '../../../tools/testing/cgroup.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { bench } from './fixtures/container.ts';
import { allRuntimes } from './fixtures/runtimes.ts';

describe.each(allRuntimes())('$title, with cgroups through systemd', ({ command, gate }) => {
  gate();
  onlyWithSystemd();

  test('makes a scope in the slice that is asked for, changes its limits, and removes it', async () => {
    const place = await bench({ command, systemdCgroup: true });
    const { runtime } = place;
    const id = place.id('web');
    const scope = `shimwright-${id}.scope`;
    const bundle = await place.bundle(id, {
      cgroupsPath: `system.slice:shimwright:${id}`,
      resources: { pids: { limit: 33 } },
    });

    const { pid } = await runtime.create(id, { bundle });
    expect(cgroupOf(pid, 'pids').directory).toMatch(new RegExp(`/system\\.slice/${scope}(/container)?$`));
    expect(limits(pid, 'pids', PIDS_LIMIT)).toContain('33');
    expect(systemctl('is-active', scope)).toBe('active');
    await runtime.start(id);

    await runtime.update(id, { memory: { limit: 64 * 1024 * 1024 }, pids: { limit: 17 } });
    expect(limits(pid, 'memory', MEMORY_LIMIT)).toContain('67108864');
    expect(limits(pid, 'pids', PIDS_LIMIT)).toContain('17');
    expect((await runtime.exec(id, ['true'])).exitCode).toBe(0);
    expect(await runtime.ps(id)).toEqual([pid]);
    await runtime.pause(id);
    expect((await runtime.state(id)).status).toBe('paused');
    await runtime.resume(id);
    await runtime.delete(id, { force: true });
    await expect.poll(() => systemctl('is-active', scope), { timeout: 10_000 }).toBe('inactive');
  });
});

describe('runc, with cgroups through systemd', () => {
  needs('linux', 'root', 'command runc', 'command busybox');
  onlyWithSystemd();

  test('refuses a path of cgroups that is none of systemd, and leaves nothing', async () => {
    const place = await bench({ systemdCgroup: true });
    const id = place.id('web');
    const bundle = await place.bundle(id, { cgroupsPath: `nonsense:::${id}` });
    await expect(place.runtime.create(id, { bundle })).rejects.toMatchObject({
      code: 'ERR_RUNTIME_FAILED',
      call: 'create',
    });
    expect(await place.runtime.list()).toEqual([]);
  });
});

function onlyWithSystemd(): void {
  beforeEach((context) => {
    if (!hasSystemd())
      context.skip('needs systemd as process 1, which the virtual machines of tools/vm have');
  });
}

/** What is said of the cgroup of a process and of the one above: crun makes one of its own within the scope. */
function limits(pid: number, controller: string, file: CgroupFile): string[] {
  const cgroup = cgroupOf(pid, controller);
  return [cgroup, { ...cgroup, directory: path.dirname(cgroup.directory) }].map((each) =>
    readCgroup(each, file),
  );
}

function systemctl(...args: string[]): string {
  try {
    return execFileSync('systemctl', args, { encoding: 'utf8' }).trim();
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout).trim(); // its status tells the same as what it prints
  }
}
