import { readFile } from 'node:fs/promises';
import { ociProcessType, ociResourcesType, packAny, packJson, unpackAny } from '@shimwright/shim-api';
import { describe, expect, test } from 'vitest';
import { type Golden, golden } from '../../../tools/shim-api/golden.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { allCodecs, nameHere, nameInContainerd } from './fixtures/all-codecs.ts';
import { codecs, samples } from './fixtures/golden-messages.ts';
import { inGoJson } from './fixtures/in-go-json.ts';

const recorded: Golden = JSON.parse(await readFile(new URL('golden.json', import.meta.url), 'utf8'));

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

function inGo(type: string, name: string): string {
  const found = [...recorded.messages, ...recorded.readOnly].find(
    (one) => one.type === type && one.case === name,
  );
  if (!found) throw new Error(`Go wrote no ${type} that is ${name}`);
  return found.hex;
}

describe('the recorded bytes', () => {
  needs('command go');

  test('are still what containerd’s own types write', async () => {
    expect(await golden()).toEqual(recorded);
  }, 300_000); // It is compiled first.
});

test('each of the recorded messages is compared', () => {
  const names = (messages: readonly { type: string; case: string }[]) =>
    messages.map((message) => `${message.type} ${message.case}`).sort();
  expect(names(samples)).toEqual(names(recorded.messages));
});

describe.each(samples)('$type, $case', ({ type, case: name, codec, message }) => {
  test('is written as Go writes it', () => {
    expect(hexOf(codec.encode(message).finish())).toBe(inGo(type, name));
  });

  test('is read as it was meant', () => {
    expect(codec.decode(bytesOf(inGo(type, name)))).toStrictEqual(message);
  });
});

describe('what containerd may write, and we would not', () => {
  const read = (type: string, name: string) => codecs.get(type)?.decode(bytesOf(inGo(type, name)));
  const stateRequest = 'containerd.runtime.linux.shim.v1.StateRequest';

  test('an unknown status is UNRECOGNIZED, and none of those we know', () => {
    expect(read('containerd.runtime.linux.shim.v1.StateResponse', 'unknown status')).toMatchObject({
      status: 'UNRECOGNIZED',
    });
  });

  test.each(['seconds over 53 bits', 'seconds under 53 bits'])('%s are refused, not rounded', (name) => {
    expect(() => read('google.protobuf.Timestamp', name)).toThrow(
      expect.objectContaining({ name: 'ShimApiError', code: 'ERR_SHIM_API_INVALID' }),
    );
  });

  test('text that is no UTF-8 has U+FFFD in the place of its bad bytes', () => {
    expect(read(stateRequest, 'no UTF-8')).toEqual({ id: 'a\ufffdb' });
  });

  test('unknown fields of every kind are left out', () => {
    expect(read(stateRequest, 'unknown fields')).toEqual({ id: 'web' });
  });
});

describe('each field of each type of containerd 1.6', () => {
  const codecOf = (type: string) => {
    const codec = allCodecs.get(nameHere(type));
    if (!codec) throw new Error(`there is no codec for ${type}`);
    return codec;
  };
  const hexOfCase = (type: string, name: string) =>
    recorded.filled.find((one) => one.type === type && one.case === name)?.hex ?? '';

  test.each(recorded.filled)('$type, $case, has its name, its number and its type', ({ type, hex, json }) => {
    const codec = codecOf(type);
    const message = codec.decode(bytesOf(hex));
    expect(inGoJson(message)).toEqual(json);
    expect(hexOf(codec.encode(message).finish())).toBe(hex);
  });

  test.each(recorded.merged)('$type, $cases, one behind the other, are merged as Go does', (merged) => {
    const codec = codecOf(merged.type);
    const both = merged.cases.map((name) => hexOfCase(merged.type, name)).join('');
    expect(hexOf(codec.encode(codec.decode(bytesOf(both))).finish())).toBe(merged.hex);
  });

  test('is among ours, but for what only newer versions have', () => {
    const inGo = new Set(recorded.filled.map(({ type }) => type));
    const others = [...allCodecs.keys()].filter((type) => !inGo.has(nameInContainerd(type)));
    // What is within the metrics is compared with them. Of CRI, which is not of containerd, only a part is here.
    const unexpected = others.filter(
      (type) => !/bootstrap|sandbox|types\.Runtime|Entry$|io\.containerd\.cgroups|^runtime\.v1\./.test(type),
    );
    expect(unexpected).toEqual([]);
  });
});

describe('what typeurl packs', () => {
  const packed = (name: string) => {
    const found = recorded.packed.find((one) => one.case === name);
    if (!found) throw new Error(`Go packed no ${name}`);
    return { typeUrl: found.typeUrl, value: found.value };
  };

  const exit = {
    containerId: 'web',
    id: 'web',
    pid: 7,
    exitStatus: 143,
    exitedAt: { seconds: 1614834367, nanos: 123456789 },
  };

  test('a message is packed to the same bytes, under the same name', () => {
    const { typeUrl, value } = packAny('containerd.events.TaskExit', exit);
    expect({ typeUrl, value: hexOf(value) }).toEqual(packed('TaskExit'));
    const options = packAny('containerd.linux.runc.CreateOptions', { noPivotRoot: true });
    expect({ typeUrl: options.typeUrl, value: hexOf(options.value) }).toEqual(packed('CreateOptions'));
  });

  test('a message is unpacked from them', () => {
    const { typeUrl, value } = packed('TaskExit');
    expect(unpackAny({ typeUrl, value: bytesOf(value) })).toEqual({
      type: 'containerd.events.TaskExit',
      message: exit,
    });
  });

  test.each([
    ['Process', ociProcessType, { user: { uid: 1, gid: 0 }, args: ['/bin/sh'], cwd: '/' }],
    ['LinuxResources', ociResourcesType, { memory: { limit: 2 ** 26 } }],
  ])('a %s is JSON under the same name', (name, type, value) => {
    const any = packJson(type, value);
    expect({ typeUrl: any.typeUrl, value: hexOf(any.value) }).toEqual(packed(name));
  });
});
