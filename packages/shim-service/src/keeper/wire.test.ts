import { closeSync } from 'node:fs';
import path from 'node:path';
import { sendMessage } from '@shimwright/linux-native';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { socketPair } from '../../../../tools/testing/socket-pair.ts';
import { Wire, type WireMessage } from './wire.ts';

describe('a wire', () => {
  needs('linux');

  test('carries what is longer than one message can be, with its descriptors', async () => {
    const [near, far] = socketPair();
    const told: [WireMessage, number][] = [];
    const take = (message: WireMessage, descriptors: readonly number[]) => {
      told.push([message, descriptors.length]);
      for (const fd of descriptors) closeSync(fd);
    };
    const [sender, receiver] = [
      new Wire(near, { onMessage: () => {}, onClose: () => {} }),
      new Wire(far, { onMessage: take, onClose: () => {} }),
    ];
    receiver.watch();
    const long = { op: 'keep', key: '容'.repeat(300_000) };
    sender.send(long, [near, far]);
    sender.send({ op: 'drop' });
    await expect.poll(() => told.length).toBe(2);
    expect(told).toEqual([
      [long, 2],
      [{ op: 'drop' }, 0],
    ]);
    for (const wire of [sender, receiver]) wire.close();
  });

  test('ends where what is said never ends', async () => {
    const [near, far] = socketPair();
    const closed = Promise.withResolvers<void>();
    const wire = new Wire(near, { onMessage: () => expect.unreachable(), onClose: closed.resolve });
    const sender = new Wire(far, { onMessage: () => {}, onClose: () => {} });
    wire.watch();
    sender.send({ op: 'x'.repeat(17 * 1024 * 1024) });
    await closed.promise;
    sender.close();
  });

  test('tells a text whole, wherever it was cut on the way', () => {
    const [near, far] = socketPair();
    const told: WireMessage[] = [];
    const wire = new Wire(near, { onMessage: (message) => told.push(message), onClose: () => {} });
    const message = { op: 'drop', key: '/run/späte Bündel/容器/😀' };
    for (const byte of Buffer.from(`${JSON.stringify({ ...message, fds: 0 })}\n`)) {
      sendMessage(far, { data: Buffer.of(byte) });
      wire.read();
    }
    wire.close();
    closeSync(far);
    expect(told).toEqual([message]);
  });

  test('tells of what is lost for want of descriptors, and takes nothing else for it', async () => {
    const fixture = path.join(import.meta.dirname, '../../test/fixtures/full-wire.ts');
    const node = [process.execPath, '--conditions=@shimwright/source', fixture];
    const { stdout } = await execa('prlimit', ['--nofile=64', ...node]);
    expect(JSON.parse(stdout)).toEqual([
      ['first', 1],
      ['cut', 'lost'],
      ['after', 1],
      ['bare', 0],
      ['whole', 2],
    ]);
  });
});
