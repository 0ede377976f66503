import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { newBundleSync } from '@shimwright/bundle-core';
import { saveAddressSync } from '@shimwright/shim-address';
import { execaNode } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { defaultSpec, type RecoverProgress } from '../../runtime-v1/src/index.ts';
import { end, inShort, kill, type LeftBehind, run, type Told, type World, world } from './fixtures/world.ts';

const ids = (count: number, name = 'web') => Array.from({ length: count }, (_, index) => `${name}-${index}`);

/** Containers of the stock shim whose shims are all dead. */
async function leaveDead(box: World, count: number): Promise<LeftBehind[]> {
  const left = await box.leaveBehind(ids(count));
  await Promise.all(left.map(({ shimPid }) => kill(shimPid)));
  return left;
}

/** What recovering processes have printed. */
function told(outputs: readonly string[]): Told[] {
  const lines = outputs.flatMap((output) => output.split('\n').filter(Boolean));
  return lines.flatMap((line) => JSON.parse(line).told ?? []);
}

describe('recover', () => {
  needs('linux', 'root', 'command runc');

  test('does no harm in several processes at once, and each exit is told by one of them', async () => {
    const box = await world('stock');
    const left = await leaveDead(box, 6);
    const live = await box.start('live');
    const { config, options } = box;
    const outputs = await Promise.all(
      Array.from({ length: 3 }, () => run('recover.ts', { config, options: { ...options, concurrency: 3 } })),
    );
    const findings = outputs.flatMap((output) => JSON.parse(String(output.split('\n').at(-1))).findings);
    expect(findings.filter(({ error }) => error !== undefined)).toEqual([]);
    const exits = told(outputs).map(({ id, pid, exitStatus }) => ({ id, pid, exitStatus }));
    expect(exits.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual(
      left.map(({ id, pid }) => ({ id, pid, exitStatus: 137 })),
    );
    expect(inShort(await box.clean())).toEqual([['live', 'live-shim', false]]);
    await end(live);
  });

  test('does no harm twice at once in one process', async () => {
    const box = await world('stock');
    const left = await leaveDead(box, 4);
    await Promise.all([box.clean(), box.clean(), box.clean()]);
    expect(box.told.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual(
      left.map(({ id, pid }) => ({ id, pid, exitStatus: 137 })),
    );
    expect(await box.clean()).toEqual([]);
  });

  test('killed at any moment, leaves what the next one cleans, and each exit is told, always in the same words', async () => {
    const box = await world('stock');
    const left = await leaveDead(box, 3);
    const { config, options } = box;
    const fixture = path.join(import.meta.dirname, 'fixtures/recover.ts');
    const order = JSON.stringify({ config, options: { ...options, concurrency: 2 } });
    const outputs: string[] = [];
    for (let tries = 0; readdirSync(box.state).length > 0 && tries < 20; tries += 1) {
      const nodeOptions = ['--conditions=@shimwright/source'];
      const child = execaNode(fixture, [order], { reject: false, nodeOptions });
      child.stdout?.once('data', () => child.kill('SIGKILL'));
      setTimeout(() => child.kill('SIGKILL'), 250 + 40 * tries).unref();
      outputs.push((await child).stdout);
    }
    await box.clean();
    const events = [
      ...told(outputs).map((event) => JSON.stringify({ id: event.id, pid: event.pid })),
      ...box.told.map(({ id, pid }) => JSON.stringify({ id, pid })),
    ];
    expect([...new Set(events)].sort()).toEqual(
      left.map(({ id, pid }) => JSON.stringify({ id, pid })).sort(),
    );
    const words = new Set(told(outputs).map((event) => JSON.stringify(event)));
    expect(words.size).toBe(new Set([...words].map((word) => JSON.parse(word).id)).size);
    expect(readdirSync(box.state)).toEqual([]);
  });

  test('looks at a thousand bundles over few connections, tells how far it is, and cleans those that are dead', async () => {
    const box = await world('stock');
    const sockets = path.join(box.base, 's');
    await mkdir(sockets, { mode: 0o700 });
    let [open, most] = [0, 0];
    const server = createServer((socket) => {
      open += 1;
      most = Math.max(most, open);
      socket.once('close', () => {
        open -= 1;
      });
    });
    server.listen(path.join(sockets, 'live'));
    onTestFinished(() => void server.close());
    const kinds = { live: 100, dead: 800, orphan: 100 };
    for (const [kind, count] of Object.entries(kinds)) {
      for (const id of ids(count, kind)) {
        const spec = defaultSpec({ args: ['/bin/true'] });
        const bundle = newBundleSync({ id, path: box.state, workDir: box.root, spec });
        if (kind !== 'orphan') saveAddressSync(bundle.path, `unix://${path.join(sockets, kind)}`);
      }
    }
    const progress: RecoverProgress[] = [];
    const findings = await box.clean({ concurrency: 10, onProgress: (step) => progress.push(step) });
    const count = (found: string) => findings.filter((finding) => finding.found === found).length;
    expect([count('live-shim'), count('dead-shim'), count('orphan-bundle')]).toEqual([100, 800, 100]);
    expect(findings.filter(({ cleaned }) => cleaned)).toHaveLength(900);
    expect(readdirSync(box.state)).toHaveLength(100);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(10);
    expect(progress.filter(({ phase }) => phase === 'look')).toHaveLength(1000);
    expect(progress.at(-1)).toEqual({ phase: 'clean', done: 900, total: 900 });
  });

  test('aborted, leaves the rest as it was, for another call', async () => {
    const box = await world('stock');
    const left = await leaveDead(box, 6);
    const abort = new AbortController();
    const reason = new Error('enough');
    const onProgress = ({ phase }: RecoverProgress) => {
      if (phase === 'clean') abort.abort(reason);
    };
    const aborted = box.clean({ concurrency: 1, signal: abort.signal, onProgress });
    await expect(aborted).rejects.toBe(reason);
    expect(readdirSync(box.state)).toHaveLength(5);
    await expect(box.clean({ signal: abort.signal })).rejects.toBe(reason);
    await box.clean();
    expect(box.told).toHaveLength(6);
    expect(new Set(box.told.map(({ pid }) => pid))).toEqual(new Set(left.map(({ pid }) => pid)));
  });

  test('aborted while a container is killed, tells its exit the next time', async () => {
    const box = await world('stock');
    const [left] = await leaveDead(box, 1);
    const abort = new AbortController();
    const cleaning = box.clean({ signal: abort.signal });
    await delay(30);
    abort.abort();
    await cleaning.catch(() => {});
    await box.clean();
    expect(box.told).toEqual([{ id: 'web-0', pid: left?.pid, exitStatus: 137 }]);
  });
});
