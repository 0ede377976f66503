import { describe, expect, test } from 'vitest';
import { type Any, ociProcessType, packAny, unpackAny, unpackJson } from './index.ts';

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
    expect(() => unpackAny({ typeUrl, value: new Uint8Array() })).toThrow(coded('ERR_SHIM_API_TYPE'));
  });

  test('a name of any length leaves the message short', () => {
    const any: Any = { typeUrl: '\x01'.repeat(1_000_000), value: new Uint8Array() };
    for (const unpack of [unpackAny, (one: Any) => unpackJson(one, ociProcessType)]) {
      expect(() => unpack(any)).toThrow(/^.{1,2000}$/);
    }
  });

  test('bytes that are no such message are told apart from an unknown type', () => {
    const any: Any = { typeUrl: 'containerd.events.TaskOOM', value: Uint8Array.of(0x0a, 9) };
    expect(() => unpackAny(any)).toThrow(coded('ERR_SHIM_API_INVALID'));
  });

  test.each(['nope', '', 'toString', '__proto__', undefined, 7])(
    'a type that is not known, %o, is not packed',
    (type) => {
      expect(() => packAny(type as 'containerd.events.TaskOOM', {})).toThrow(coded('ERR_SHIM_API_TYPE'));
    },
  );

  test.each([null, undefined, 'web', [{}]])('%o is packed as no message', (message) => {
    expect(() => packAny('containerd.events.TaskOOM', message as object)).toThrow(
      coded('ERR_SHIM_API_VALUE'),
    );
  });

  test.each([null, undefined, {}, { typeUrl: 7 }, 'web'])('%o is no Any', (any) => {
    expect(() => unpackAny(any as unknown as Any)).toThrow(coded('ERR_SHIM_API_TYPE'));
    expect(() => unpackJson(any as unknown as Any, ociProcessType)).toThrow(coded('ERR_SHIM_API_TYPE'));
  });

  test('an Any without a value, or with one that is no bytes, is told apart', () => {
    for (const value of [undefined, 'text', [1]]) {
      const any = { typeUrl: 'containerd.events.TaskOOM', value } as unknown as Any;
      expect(() => unpackAny(any)).toThrow(coded('ERR_SHIM_API_INVALID'));
      const json = { typeUrl: ociProcessType, value } as unknown as Any;
      expect(() => unpackJson(json, ociProcessType)).toThrow(coded('ERR_SHIM_API_INVALID'));
    }
  });

  test('the options of runtime v2 are known', () => {
    const options = packAny('containerd.runc.v1.Options', { binaryName: 'crun', systemdCgroup: true });
    expect(unpackAny(options)).toMatchObject({
      type: 'containerd.runc.v1.Options',
      message: { binaryName: 'crun', root: '', systemdCgroup: true, taskApiVersion: 0 },
    });
    const body = new TextEncoder().encode('BinaryName = "crun"');
    const foreign = packAny('runtimeoptions.v1.Options', {
      typeUrl: 'runtimeoptions.v1.Options',
      configBody: body,
    });
    expect(unpackAny(foreign).message).toEqual({
      typeUrl: 'runtimeoptions.v1.Options',
      configPath: '',
      configBody: body,
    });
  });

  test('a value that its field cannot hold is not packed', () => {
    expect(() => packAny('containerd.events.TaskStart', { containerId: 'web', pid: -1 })).toThrow(
      coded('ERR_SHIM_API_VALUE'),
    );
  });
});
