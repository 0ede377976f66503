import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Any,
  ociProcessType,
  ociResourcesType,
  packAny,
  packJson,
  ShimApiError,
  unpackAny,
  unpackJson,
} from './index.ts';

const coded = (code: string) => expect.objectContaining({ name: 'ShimApiError', code });

describe('packAny and unpackAny', () => {
  test('a message is packed under its bare name, and found again', () => {
    const any = packAny('containerd.linux.runc.ProcessDetails', { execId: 'web' });
    expect(any.typeUrl).toBe('containerd.linux.runc.ProcessDetails');
    expect(unpackAny(any)).toEqual({
      type: 'containerd.linux.runc.ProcessDetails',
      message: { execId: 'web' },
    });
  });

  test('a host in front of the name is no hindrance', () => {
    const { typeUrl, value } = packAny('containerd.events.TaskOOM', { containerId: 'web' });
    expect(unpackAny({ typeUrl: `type.googleapis.com/${typeUrl}`, value })).toEqual({
      type: 'containerd.events.TaskOOM',
      message: { containerId: 'web' },
    });
  });

  test.each([
    '',
    'containerd.events.ContainerCreate',
    'example.com/containerd.events.TaskOOM',
    'type.googleapis.com/type.googleapis.com/containerd.events.TaskOOM',
    'constructor',
    '__proto__',
    'toString',
  ])('a type that is not known, %o, is named in the error', (typeUrl) => {
    expect(() => unpackAny({ typeUrl, value: new Uint8Array() })).toThrow(coded('ERR_PROTO_TYPE'));
  });

  test('a name of any length leaves the message short', () => {
    const any: Any = { typeUrl: '\x01'.repeat(1_000_000), value: new Uint8Array() };
    for (const unpack of [unpackAny, (one: Any) => unpackJson(one, ociProcessType)]) {
      expect(() => unpack(any)).toThrow(/^.{1,2000}$/);
    }
  });

  test('bytes that are no such message are told apart from an unknown type', () => {
    const any: Any = { typeUrl: 'containerd.events.TaskOOM', value: Uint8Array.of(0x0a, 9) };
    expect(() => unpackAny(any)).toThrow(coded('ERR_PROTO_INVALID'));
  });

  test('a value that its field cannot hold is not packed', () => {
    expect(() => packAny('containerd.events.TaskStart', { containerId: 'web', pid: -1 })).toThrow(
      coded('ERR_PROTO_VALUE'),
    );
  });
});

describe('packJson and unpackJson', () => {
  test('any JSON is found again as it was', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const value = JSON.parse(json);
        expect(unpackJson(packJson(ociProcessType, value), ociProcessType)).toEqual(value);
      }),
    );
  });

  const loop: unknown[] = [];
  loop.push(loop);

  test.each([
    ['nothing', undefined],
    ['a function', () => {}],
    ['a bigint', { memory: { limit: 1n } }],
    ['an array that holds itself', loop],
  ])('%s is no JSON', (_what, value) => {
    expect(() => packJson(ociResourcesType, value)).toThrow(coded('ERR_PROTO_VALUE'));
  });

  test('another type is not taken for the one that is wanted', () => {
    expect(() => unpackJson(packJson(ociResourcesType, {}), ociProcessType)).toThrow(coded('ERR_PROTO_TYPE'));
  });

  test.each([
    ['no JSON', Buffer.from('{')],
    ['nothing', new Uint8Array()],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
  ])('%s is refused, with the reason as its cause', (_what, value) => {
    let caught: unknown;
    try {
      unpackJson({ typeUrl: ociProcessType, value }, ociProcessType);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ShimApiError);
    expect(caught).toMatchObject({ code: 'ERR_PROTO_INVALID', cause: expect.any(Error) });
  });
});
