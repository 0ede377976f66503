import { closeSync } from 'node:fs';
import { sendMessage, systemCall } from '@shimwright/linux-native';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../../tools/testing/needs.ts';
import { Wire, type WireMessage } from './wire.ts';

const AF_UNIX = 1;
const SOCK_STREAM = 1;

const socketpair = systemCall<[number, number, number, Int32Array]>(
  'socketpair',
  'int socketpair(int domain, int type, int protocol, void *ends)',
);

describe('a wire', () => {
  needs('linux');

  test('tells a text whole, wherever it was cut on the way', () => {
    const ends = new Int32Array(2);
    socketpair([AF_UNIX, SOCK_STREAM, 0, ends]);
    const [near = -1, far = -1] = ends;
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
});
