import { closeSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Any } from '@shimwright/shim-api';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { withoutProcesses } from '../../../tools/testing/pids-limit.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { eventFile } from './event-file.ts';
import {
  defaultPublisher,
  prepareSpool,
  readSpool,
  type SpooledEvent,
  spoolPath,
  watchSpool,
} from './spool.ts';
import { claimEventNumber, dropIntoSpool, nextEventNumber } from './spool-drop.ts';

const event = Any.fromPartial({
  typeUrl: 'containerd.events.TaskExit',
  value: Uint8Array.of(0, 1, 2, 10, 255),
});

async function daemon(): Promise<string> {
  return path.join(await tempDir(), 'daemon.sock');
}

async function publish(address: string, topic: string, input = Any.encode(event).finish()) {
  const args = ['--address', address, 'publish', '--topic', topic, '--namespace', 'default'];
  return execa(defaultPublisher(), args, { input, reject: false });
}

async function take(address: string, count: number): Promise<SpooledEvent[]> {
  const events: SpooledEvent[] = [];
  const enough = new AbortController();
  for await (const one of watchSpool(address, enough)) {
    events.push(one);
    if (events.length === count) enough.abort();
  }
  return events;
}

test('readSpool tells of the events that wait, and leaves them there', async () => {
  const address = await daemon();
  expect(await readSpool(address)).toEqual([]);
  for (const topic of ['/tasks/start', '/tasks/exit']) await publish(address, topic);
  await writeFile(path.join(spoolPath(address), '3'), 'no event');

  const events = await readSpool(address);

  expect(events).toMatchObject([{ topic: '/tasks/start' }, { topic: '/tasks/exit', event }]);
  expect(await readdir(spoolPath(address))).toHaveLength(3);
});

describe('a publisher that cannot start a process', () => {
  needs('linux', 'root');

  test('fails, and leaves nothing of its event', async () => {
    const address = await daemon();
    await publish(address, '/tasks/start');
    const shell = execa(
      'sh',
      ['-c', `read go; exec ${defaultPublisher()} --address ${address} publish --topic /t --namespace n`],
      {
        reject: false,
      },
    );
    withoutProcesses(`${path.basename(path.dirname(address))}-pids`, shell.pid ?? expect.fail());
    shell.stdin.end('go\n');
    expect((await shell).exitCode).not.toBe(0);
    expect(await readdir(spoolPath(address))).toEqual(['1']);
  });
});

test('readSpool reads again only what is new', async () => {
  const address = await daemon();
  const seen = new Set<number>();
  const topics = async () => (await readSpool(address, seen)).map(({ topic }) => topic);
  await publish(address, '/tasks/start');
  expect(await topics()).toEqual(['/tasks/start']);
  expect(await topics()).toEqual([]);
  await publish(address, '/tasks/exit');
  expect(await topics()).toEqual(['/tasks/exit']);
  await take(address, 2);
  expect(await topics()).toEqual([]);
  expect(seen).toEqual(new Set());
});

describe('watchSpool', () => {
  test('gives the events that came while nobody listened, in order, and then removes them', async () => {
    const address = await daemon();
    for (const topic of ['/tasks/start', '/tasks/exit', '/tasks/delete']) await publish(address, topic);

    const events = await take(address, 3);

    expect(events.map(({ topic }) => topic)).toEqual(['/tasks/start', '/tasks/exit', '/tasks/delete']);
    expect(events[0]).toMatchObject({ namespace: 'default', event });
    expect(Math.abs(Date.now() - Number(events[0]?.timestamp))).toBeLessThan(60_000);
    expect(await readdir(spoolPath(address))).toEqual([]);
  });

  test('passes over what a shim has left that was killed just when it published', async () => {
    const address = await daemon();
    await publish(address, '/tasks/exit', new Uint8Array());
    await publish(address, '/tasks/oom');
    expect(await readSpool(address)).toMatchObject([{ topic: '/tasks/oom' }]);
    expect(await take(address, 1)).toMatchObject([{ topic: '/tasks/oom' }]);
    expect(await readdir(spoolPath(address))).toEqual([]);
  });

  test('gives an event that comes while it listens', async () => {
    const address = await daemon();
    const events = take(address, 1);
    await publish(address, '/tasks/oom');
    expect(await events).toMatchObject([{ topic: '/tasks/oom', event }]);
  });

  test('gives an event again that was not followed by another request', async () => {
    const address = await daemon();
    await publish(address, '/tasks/exit');
    for await (const { topic } of watchSpool(address)) {
      expect(topic).toBe('/tasks/exit');
      break;
    }
    expect(await take(address, 1)).toMatchObject([{ topic: '/tasks/exit' }]);
  });

  test('loses none of the events that many publishers drop at once', async () => {
    const address = await daemon();
    const topics = Array.from({ length: 20 }, (_, index) => `/topic/${index}`);
    const events = take(address, topics.length);
    const publishers = await Promise.all(topics.map((topic) => publish(address, topic)));
    expect(publishers.map(({ exitCode }) => exitCode)).toEqual(topics.map(() => 0));
    expect((await events).map(({ topic }) => topic).sort()).toEqual(topics.sort());
  });

  test('loses no event that is dropped whole beside publishers', async () => {
    const address = await daemon();
    const spool = prepareSpool(address);
    const topics = Array.from({ length: 20 }, (_, index) => `/topic/${index}`);
    const publishers = topics.slice(0, 10).map((topic) => publish(address, topic));
    for (const topic of topics.slice(10)) {
      const file = path.join(spool, '.whole.event');
      await writeFile(file, eventFile({ topic, namespace: 'default', event }));
      dropIntoSpool(spool, file);
    }
    await Promise.all(publishers);
    expect((await take(address, topics.length)).map(({ topic }) => topic).sort()).toEqual(topics.sort());
    expect(await readdir(spool)).toEqual([]);
  });

  test('an event that is dropped whole leaves a number alone that a publisher has claimed', async () => {
    const address = await daemon();
    const spool = prepareSpool(address);
    await writeFile(path.join(spool, '.1'), '');
    await writeFile(path.join(spool, '.whole.event'), 'content');
    dropIntoSpool(spool, path.join(spool, '.whole.event'));
    expect((await readdir(spool)).toSorted()).toEqual(['.1', '2']);
    expect(() => dropIntoSpool(spool, path.join(spool, '.whole.event'))).toThrow(/ENOENT/);
    expect((await readdir(spool)).toSorted()).toEqual(['.1', '2']);
  });

  test('a number is claimed once, and not when an event has it', async () => {
    const spool = prepareSpool(await daemon());
    await writeFile(path.join(spool, '2'), 'content');
    await writeFile(path.join(spool, '.3'), '');
    expect(nextEventNumber(spool)).toBe(4);
    const claims = [claimEventNumber(spool, 1), claimEventNumber(spool, 1)];
    for (const { descriptor } of claims) closeSync(descriptor);
    expect(claims.map(({ number }) => number)).toEqual([1, 4]);
    expect((await readdir(spool)).toSorted()).toEqual(['.1', '.3', '.4', '2']);
  });

  test('keeps the order beyond nine events', async () => {
    const address = await daemon();
    const topics = Array.from({ length: 12 }, (_, index) => `/topic/${index}`);
    for (const topic of topics) await publish(address, topic);
    expect((await take(address, 12)).map(({ topic }) => topic)).toEqual(topics);
  });

  test.each([
    ['no lines', 'garbage'],
    ['an empty topic', '\ndefault\n'],
    ['an Any cut short', '/tasks/exit\ndefault\n\x0a\xff'],
  ])('puts a file with %s aside, says so, and goes on behind it', async (_, content) => {
    const address = await daemon();
    const spool = prepareSpool(address);
    await writeFile(path.join(spool, '1'), content, 'latin1');
    await publish(address, '/tasks/exit');

    await expect(take(address, 1)).rejects.toMatchObject({
      code: 'ERR_SPOOL_EVENT',
      path: path.join(spool, '.bad-1'),
    });
    expect(await readFile(path.join(spool, '.bad-1'), 'latin1')).toBe(content);
    expect(await take(address, 1)).toMatchObject([{ topic: '/tasks/exit' }]);
  });

  test('ends at once on a signal that is aborted already', async () => {
    const address = await daemon();
    await publish(address, '/tasks/exit');
    for await (const _ of watchSpool(address, { signal: AbortSignal.abort() })) expect.unreachable();
  });
});

describe('prepareSpool', () => {
  test('refuses a directory that others can write', async () => {
    const address = await daemon();
    await mkdir(spoolPath(address));
    await chmod(spoolPath(address), 0o777);
    expect(() => prepareSpool(address)).toThrow(expect.objectContaining({ code: 'ERR_SPOOL_INSECURE' }));
  });

  test('refuses an address that is not absolute', () => {
    expect(() => prepareSpool('daemon.sock')).toThrow(
      expect.objectContaining({ code: 'ERR_SPOOL_INSECURE' }),
    );
  });
});

describe('the publisher', () => {
  test('leaves nothing but whole events, 0600, also when its input is empty', async () => {
    const address = await daemon();
    const { exitCode } = await publish(address, '/tasks/exit', new Uint8Array());
    expect(exitCode).toBe(0);
    expect(await readdir(spoolPath(address))).toEqual(['1']);
    const { mode, size } = await stat(path.join(spoolPath(address), '1'));
    expect([mode & 0o777, size]).toEqual([0o600, '/tasks/exit\ndefault\n'.length]);
  });

  test('fails loudly where it cannot write', async () => {
    const { exitCode, stderr } = await publish('/proc/nowhere', '/tasks/exit');
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('/proc/nowhere.events');
  });

  test('fails without a topic', async () => {
    const { exitCode, stderr } = await execa(defaultPublisher(), ['--address', await daemon()], {
      input: '',
      reject: false,
    });
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('--topic is missing');
  });
});
