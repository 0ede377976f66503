import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Any } from '@shimwright/shim-api';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { decodeEvent, recover, watchSpool } from '../../runtime-v2/src/index.ts';
import { type Created, created } from '../../runtime-v2/test/fixtures/task.ts';
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
    const { shimPid } = await shim.connect({});
    await kill(shimPid);
    const told: string[] = [];
    const exchange = { publish: (_: string, topic: string) => void told.push(topic) };
    await expect
      .poll(() => readdirSync(`${box.daemonAddress}.events`).filter((name) => /^\d+$/.test(name)).length)
      .toBeGreaterThan(0);
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
