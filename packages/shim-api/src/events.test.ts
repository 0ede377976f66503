import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  type Any,
  dateToTimestamp,
  decodeEvent,
  packAny,
  packJson,
  type TaskEvent,
  type TaskExit,
  taskTopics,
} from './index.ts';

const coded = (code: string) => expect.objectContaining({ name: 'ShimApiError', code });

describe('decodeEvent', () => {
  test('tells which event it is', () => {
    const exitedAt = dateToTimestamp(new Date(0));
    const message = { containerId: 'web', id: 'web', pid: 7, exitStatus: 137, exitedAt };
    const event = decodeEvent(packAny('containerd.events.TaskExit', message));
    expect(event).toEqual({ type: 'containerd.events.TaskExit', message });
  });

  test('the type of its message follows from its name', () => {
    const event = decodeEvent(packAny('containerd.events.TaskExit', { exitStatus: 3 })) as TaskEvent;
    if (event.type !== 'containerd.events.TaskExit') throw new Error(`it is a ${event.type}`);
    expectTypeOf(event.message).toEqualTypeOf<TaskExit>();
    expect(event.message.exitStatus).toBe(3);
  });

  test.each([
    ['what is known, but no event', packAny('containerd.linux.runc.RuncOptions', {})],
    ['JSON', packJson('types.containerd.io/opencontainers/runtime-spec/1/Process', {})],
    ['nothing', { typeUrl: '', value: new Uint8Array() } satisfies Any],
  ])('refuses %s', (_what, any) => {
    expect(() => decodeEvent(any)).toThrow(coded('ERR_SHIM_API_TYPE'));
  });

  test('refuses bytes that are no such event', () => {
    expect(() => decodeEvent({ typeUrl: 'containerd.events.TaskExit', value: Uint8Array.of(0) })).toThrow(
      coded('ERR_SHIM_API_INVALID'),
    );
  });
});

test('there is a topic, and a codec, for each event that a task can have', async () => {
  const proto = await readFile(path.join(import.meta.dirname, '../proto/containerd/events.proto'), 'utf8');
  const names = [...proto.matchAll(/^message (Task\w+)/gm)]
    .map(([, name]) => name)
    .filter((n) => n !== 'TaskStdio');
  expect(names).toHaveLength(Object.keys(taskTopics).length);
  for (const name of names) {
    expect(decodeEvent({ typeUrl: `containerd.events.${name}`, value: new Uint8Array() })).toHaveProperty(
      'type',
      `containerd.events.${name}`,
    );
  }
});
