import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Any } from '@shimwright/shim-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { sandbox } from '../../../tools/testing/sandbox.ts';
import { processStat } from '../../linux-native/src/index.ts';
import { decodeEvent, recover, watchSpool } from '../../runtime-v2/src/index.ts';
import { type Created, created } from '../../runtime-v2/test/fixtures/task.ts';
import { readSpool } from '../../shim-host/src/index.ts';
import { isAlive, kill } from './fixtures/world.ts';

const whereOf = ({ state, root, namespace, daemonAddress }: Created) => ({
  ...{ path: state, workDir: root, namespace, daemonAddress },
  settleMs: 0,
});

/** The stale sockets of `/run/containerd/s` are none of this test. */
const configOf = ({ config, socketRoot }: Created) => ({ ...config, socketRoot });

describe('recover, of bundles of runtime v2', () => {
  needs('linux', 'root', 'command runc', 'command containerd-shim-runc-v2');

  test('spares a shim that lives, and cleans a dead one by its own program', async () => {
    const box = await created('stock', '/bin/sleep', '600');
    const { id, shim, bundle, pid, base, io } = box;
    await shim.start({});
    const { shimPid } = await shim.connect({});
    const live = { id, found: 'live-shim', path: bundle.path, pid: shimPid, cleaned: false };
    // Another root than that of the recovery: what the shim was told counts.
    const config = { ...configOf(box), runtimeRoot: path.join(base, 'elsewhere') };
    expect(await recover(config, { ...whereOf(box), clean: true })).toEqual([live]);

    await kill(shimPid);
    const told: unknown[] = [];
    const exchange = {
      publish: (_: string, topic: string, event: Any) => void told.push([topic, decodeEvent(event).message]),
    };
    const findings = await recover(config, { ...whereOf(box), exchange, clean: true });
    const exit = { pid, exitStatus: 137, isUnknown: false };
    expect(findings).toContainEqual(
      expect.objectContaining({ id, found: 'dead-shim', cleaned: true, exit: expect.objectContaining(exit) }),
    );
    expect(findings.every(({ cleaned }) => cleaned)).toBe(true);
    expect(told).toEqual([
      ['/tasks/exit', expect.objectContaining({ containerId: id, pid, exitStatus: 137 })],
    ]);
    expect(isAlive(pid)).toBe(false);
    await io.close();
    expect(readdirSync(base, { recursive: true }).filter((name) => String(name).includes('-one'))).toEqual(
      [],
    );
  });

  test('tells no second exit of a container that was deleted, or whose exit its shim has told', async () => {
    const box = await created('stock', '/bin/true');
    const { shim, pid, id } = box;
    await shim.start({});
    await shim.wait({});
    for await (const { topic } of watchSpool(box.daemonAddress, { signal: AbortSignal.timeout(20_000) })) {
      if (topic === '/tasks/start') break; // the exit stays in the spool
    }
    const spooled = async () => (await readSpool(box.daemonAddress)).map(({ topic }) => topic);
    await expect.poll(spooled, { timeout: 10_000 }).toContain('/tasks/exit');
    const { shimPid } = await shim.connect({});
    await kill(shimPid);
    const told: string[] = [];
    const exchange = { publish: (_: string, topic: string) => void told.push(topic) };
    const findings = await recover(configOf(box), { ...whereOf(box), exchange, clean: true });
    expect(findings).toContainEqual(
      expect.objectContaining({ id, exit: expect.objectContaining({ pid, exitStatus: 0 }), cleaned: true }),
    );
    expect(told).toEqual([]);
  });

  test('falls back on the OCI runtime where the program of the shim is gone', async () => {
    const box = await created('stock', '/bin/sleep', '600');
    const { shim, pid, id, bundle } = box;
    await shim.start({});
    const { shimPid } = await shim.connect({});
    await kill(shimPid);
    rmSync(path.join(bundle.path, 'shim-binary-path'));
    writeFileSync(path.join(bundle.path, 'shim-binary-path'), '/no/such/shim');
    const findings = await recover(configOf(box), { ...whereOf(box), clean: true });
    expect(findings).toContainEqual(expect.objectContaining({ id, found: 'dead-shim', cleaned: true }));
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(bundle.path)).toBe(false);
  });
});

describe('recover, of what processes of many v2 shims have left', () => {
  needs('linux', 'root');

  const RUN = '/run/shimwright';

  /** A directory as a group of this daemon has it. */
  function group(daemonAddress: string, server: string): string {
    const directory = path.join(RUN, `test@@${daemonAddress.replaceAll('/', '%')}`);
    mkdirSync(path.join(directory, 'starts'), { recursive: true, mode: 0o700 });
    writeFileSync(path.join(directory, 'server'), `${server} unix:///run/nowhere\n`);
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    return directory;
  }

  test('removes it when they and their keepers are gone, and nothing is to be told', async () => {
    const { base, state, root, daemonAddress } = await sandbox();
    const where = { path: state, workDir: root, namespace: 'test', daemonAddress, settleMs: 0 };
    const config = { runtimeRoot: path.join(base, 'runc'), socketRoot: base };
    const directory = group(daemonAddress, '4194303 1');
    const stale = { id: '', found: 'stale-group', path: directory };
    expect(await recover(config, where)).toEqual([{ ...stale, cleaned: false }]);
    expect(existsSync(directory)).toBe(true);
    mkdirSync(path.join(directory, 'events'));
    writeFileSync(path.join(directory, 'events', '000000000001'), '');
    expect(await recover(config, { ...where, clean: true })).toEqual([]); // an event waits for the daemon
    rmSync(path.join(directory, 'events', '000000000001'));
    expect(await recover(config, { ...where, clean: true })).toEqual([{ ...stale, cleaned: true }]);
    expect(existsSync(directory)).toBe(false);
    expect(existsSync(`${directory}.lock`)).toBe(false);
  });

  test('leaves it alone while one of them runs', async () => {
    const { base, state, root, daemonAddress } = await sandbox();
    const { startTime = '' } = processStat(process.pid) ?? {};
    const directory = group(daemonAddress, `${process.pid} ${startTime}`);
    const where = { path: state, workDir: root, namespace: 'test', daemonAddress, settleMs: 0 };
    const config = { runtimeRoot: path.join(base, 'runc'), socketRoot: base };
    expect(await recover(config, { ...where, clean: true })).toEqual([]);
    expect(existsSync(directory)).toBe(true);
  });
});
