import { constants } from 'node:buffer';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codecs, samples } from '../test/fixtures/golden-messages.ts';
import { BootstrapResult } from './bootstrap.ts';
import {
  Any,
  CreateTaskRequest,
  KillRequest,
  ShimApiError,
  StateRequest,
  StateResponse,
  Timestamp,
} from './index.ts';
import { CgroupV1Metrics } from './metrics.ts';
import { BinaryReader, BinaryWriter } from './wire.ts';

const written = (write: (writer: BinaryWriter) => BinaryWriter) =>
  new Uint8Array(write(new BinaryWriter()).finish());
const reading = (...bytes: readonly number[]) => new BinaryReader(Uint8Array.from(bytes));
const invalid = expect.objectContaining({ name: 'ShimApiError', code: 'ERR_SHIM_API_INVALID' });
const badValue = expect.objectContaining({ name: 'ShimApiError', code: 'ERR_SHIM_API_VALUE' });
const ff = (count: number) => new Array<number>(count).fill(0xff);

describe('what is written is read again', () => {
  test('uint32', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
        expect(new BinaryReader(written((writer) => writer.uint32(value))).uint32()).toBe(value);
      }),
    );
  });

  test('int32', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(new BinaryReader(written((writer) => writer.int32(value))).int32()).toBe(value);
      }),
    );
  });

  test('int64, wherever it is exact', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(new BinaryReader(written((writer) => writer.int64(value))).int64()).toBe(value);
      }),
    );
  });

  test('text of any length and script, a lone half of a pair as U+FFFD', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ maxLength: 300 }),
      fc.string({ unit: fc.integer({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
    );
    fc.assert(
      fc.property(text, (value) => {
        expect(new BinaryReader(written((writer) => writer.string(value))).string()).toBe(
          value.toWellFormed(),
        );
      }),
    );
  });

  test('text around the lengths where its own length takes another byte', () => {
    for (const length of [0, 1, 41, 42, 43, 126, 127, 128, 129, 16383, 16384, 2 ** 21 - 1, 2 ** 21]) {
      for (const unit of ['a', 'é', '世']) {
        const value = unit.repeat(length);
        expect(new BinaryReader(written((writer) => writer.string(value))).string()).toBe(value);
      }
    }
  });

  test('messages within messages, around the lengths where theirs takes another byte', () => {
    for (const length of [0, 1, 120, 122, 123, 124, 125, 126, 127, 128, 16380, 16384, 2 ** 21]) {
      const source = 's'.repeat(length);
      const message = CreateTaskRequest.fromPartial({ id: 'a', rootfs: [{ source }, {}], runtime: 'b' });
      expect(CreateTaskRequest.decode(CreateTaskRequest.encode(message).finish())).toStrictEqual(message);
    }
  });

  test('every type of message, after another one was written and read', () => {
    for (const { codec, message } of samples) {
      const bytes = codec.encode(message).finish();
      KillRequest.encode({ id: 'x'.repeat(100), signal: 9, all: true }).finish();
      expect(codec.decode(bytes)).toStrictEqual(message);
    }
  });

  test('two messages that are written at the same time', () => {
    const one = new BinaryWriter().uint32(10);
    const other = new BinaryWriter().uint32(10);
    one.string('one');
    other.string('other');
    expect(StateRequest.decode(one.finish())).toEqual({ id: 'one' });
    expect(StateRequest.decode(other.finish())).toEqual({ id: 'other' });
  });
});

describe('a value that its field cannot hold is refused', () => {
  test.each([-1, 1.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY, '9', 9n])('%o as a uint32', (signal) => {
    expect(() => KillRequest.encode({ id: 'a', signal: signal as number, all: false })).toThrow(badValue);
  });

  test.each([2 ** 31, -(2 ** 31) - 1, 0.1, '1'])('%o as an int32', (nanos) => {
    expect(() => Timestamp.encode({ seconds: 0, nanos: nanos as number })).toThrow(badValue);
  });

  test.each([2 ** 53, -(2 ** 53), 0.1, 1n])('%o as an int64', (seconds) => {
    expect(() => Timestamp.encode({ seconds: seconds as number, nanos: 0 })).toThrow(badValue);
  });

  test.each([null, 7, Buffer.from('web')])('%o as text', (id) => {
    expect(() => StateRequest.encode({ id } as unknown as StateRequest)).toThrow(badValue);
  });

  test.each([0, 'true'])('%o as a bool', (all) => {
    expect(() => KillRequest.encode({ id: 'a', signal: 9, all: all as unknown as boolean })).toThrow(
      badValue,
    );
  });

  test.each([[1], 'web', new ArrayBuffer(1)])('%o as bytes', (value) => {
    expect(() => Any.encode({ typeUrl: 'a', value: value as unknown as Uint8Array })).toThrow(badValue);
  });
});

describe('what is no message is refused', () => {
  test.each([null, undefined, 'web', 7, ['web'], true])('%o as a whole', (message) => {
    expect(() => StateRequest.fromPartial(message as object)).toThrow(badValue);
    expect(() => StateRequest.encode(message as unknown as StateRequest)).toThrow(badValue);
  });

  test.each([
    ['a message that is text', { options: 'web' }],
    ['a list that is text', { rootfs: 'web' }],
    ['a list that is a message', { rootfs: { type: 'bind' } }],
    ['an item that is text', { rootfs: ['bind'] }],
    ['an item that is nothing', { rootfs: [null] }],
    ['a list within an item that is text', { rootfs: [{ options: 'ro' }] }],
  ])('%s', (_what, message) => {
    expect(() => CreateTaskRequest.fromPartial(message as object)).toThrow(badValue);
    const whole = { ...CreateTaskRequest.create(), ...message } as unknown as CreateTaskRequest;
    expect(() => CreateTaskRequest.encode(whole)).toThrow(badValue);
  });

  test.each(['running', 'unrecognized', 2, '', null, 'toString'])('%o as a status', (status) => {
    const message = { ...StateResponse.create(), status } as unknown as StateResponse;
    expect(() => StateResponse.encode(message)).toThrow(badValue);
  });

  test.each([{ metadata: 'a' }, { metadata: { a: 1 } }, { metadata: ['a'] }, { capabilities: 'a' }])(
    '%o as texts by their names, or numbers',
    (message) => {
      expect(() => BootstrapResult.encode(BootstrapResult.fromPartial(message as object))).toThrow(badValue);
      const whole = { ...BootstrapResult.create(), ...message } as unknown as BootstrapResult;
      expect(() => BootstrapResult.encode(whole)).toThrow(badValue);
    },
  );

  test('an object without a prototype, and any of another realm, is one', () => {
    expect(StateRequest.fromPartial(Object.assign(Object.create(null), { id: 'a' }))).toEqual({ id: 'a' });
    const foreign = runInNewContext(
      '({ rootfs: [{ options: ["ro"] }], options: { value: Uint8Array.of(1) } })',
    );
    const bytes = CreateTaskRequest.encode(CreateTaskRequest.fromPartial(foreign)).finish();
    expect(CreateTaskRequest.decode(runInNewContext('bytes => Uint8Array.from(bytes)')(bytes))).toMatchObject(
      {
        rootfs: [{ options: ['ro'] }],
        options: { value: Uint8Array.of(1) },
      },
    );
  });

  test('an object that has no text of its own is shown all the same', () => {
    const id = Object.create(null);
    expect(() => StateRequest.encode({ id })).toThrow(badValue);
  });
});

describe('a number of 64 bits', () => {
  test('is a bigint, whole, and may be given as a number where that is exact', () => {
    const largest = 2n ** 64n - 1n;
    for (const limit of [0n, 1n, 2n ** 53n, largest]) {
      const bytes = CgroupV1Metrics.encode(CgroupV1Metrics.fromPartial({ pids: { limit } })).finish();
      expect(CgroupV1Metrics.decode(bytes).pids).toEqual({ current: 0n, limit });
    }
    expect(
      CgroupV1Metrics.fromPartial({ pids: { current: 5 }, cpu: { usage: { perCpu: [1, 2n] } } }),
    ).toMatchObject({
      pids: { current: 5n },
      cpu: { usage: { perCpu: [1n, 2n] } },
    });
  });

  test.each([-1n, 2n ** 64n, 2 ** 53, 1.5, Number.NaN, '1', {}])('is not %o', (limit) => {
    const given = { pids: { limit: limit as bigint } };
    expect(() => CgroupV1Metrics.encode(CgroupV1Metrics.fromPartial(given))).toThrow(badValue);
  });
});

test('a name of a text may be __proto__, which then is one like any other', () => {
  const given = JSON.parse('{"__proto__": "a", "constructor": "b"}');
  const bytes = BootstrapResult.encode(BootstrapResult.fromPartial({ metadata: given })).finish();
  const { metadata } = BootstrapResult.decode(bytes);
  expect(Object.entries(metadata)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
  expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
});

describe('hostile bytes', () => {
  const cases: readonly (readonly [why: string, bytes: readonly number[]])[] = [
    ['a tag that is cut short', [0x8a]],
    ['a tag without a value', [0x0a]],
    ['text that is cut short', [0x0a, 5, 0x61]],
    ['text of 4 GiB', [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x61]],
    ['text of 2 GiB, a negative length to some', [0x0a, 0x80, 0x80, 0x80, 0x80, 0x08]],
    ['a length of eleven bytes', [0x0a, ...ff(10), 0x01]],
    ['a field without a number', [0x00, 0x00]],
    ['a field without a number that is text', [0x02, 0x00]],
    ['a group that never ends', [0x1b, 0x0a, 1, 0x61]],
    ['a group that another one ends', [0x1b, 0x24]],
    ['the end of a group that never began', [0x0c]],
    ['a field without a number in a group', [0x1b, 0x00, 0x00, 0x1c]],
    ['a field that is cut short in a group', [0x1b, 0x0a, 5, 0x1c]],
    ['a tag of more than 32 bits, whose low ones are a field', [0x8a, 0x80, 0x80, 0x80, 0x10, 1, 0x61]],
    ['a tag of more than 32 bits, in ten bytes', [0x8a, ...new Array<number>(8).fill(0x80), 0x01, 1, 0x61]],
    ['a length of more than 32 bits, whose low ones fit', [0x0a, 0x81, 0x80, 0x80, 0x80, 0x10, 0x61]],
    ['a number of more than 64 bits', [0x78, ...ff(9), 0x02]],
    ['wire type 6', [0x0e]],
    ['wire type 7', [0x0f]],
    ['an unknown varint that never ends', [0x78, ...ff(20)]],
    ['an unknown varint that is cut short', [0x78, 0xff]],
    ['an unknown field of 64 bits that is cut short', [0x79, 1, 2, 3, 4, 5, 6, 7]],
    ['an unknown field of 32 bits that is cut short', [0x7d, 1, 2, 3]],
    ['an unknown field of bytes that is cut short', [0x7a, 3, 1, 2]],
  ];

  test.each(cases)('%s', (_why, bytes) => {
    expect(() => StateRequest.decode(Uint8Array.from(bytes))).toThrow(invalid);
  });

  test('groups, which nobody here knows, are skipped with all that is in them', () => {
    const group = [0x1b, 0x08, 1, 0x12, 2, 0x68, 0x69, 0x23, 0x25, 1, 2, 3, 4, 0x24, 0x1c];
    expect(StateRequest.decode(Uint8Array.of(...group, 0x0a, 1, 0x61, ...group))).toEqual({ id: 'a' });
    const deep = [...new Array<number>(10_000).fill(0x1b), ...new Array<number>(10_000).fill(0x1c)];
    expect(StateRequest.decode(Uint8Array.from([...deep, 0x0a, 1, 0x61]))).toEqual({ id: 'a' });
    expect(() => StateRequest.decode(Uint8Array.from([0x1b, ...deep, 0x1c]))).toThrow(invalid);
  });

  test('a group within a message that reaches beyond it', () => {
    expect(() => CreateTaskRequest.decode(Uint8Array.of(0x22, 1, 0x1b, 0x1c, 0x28, 1))).toThrow(invalid);
  });

  test('a tag and a length in more bytes than they need are taken', () => {
    expect(StateRequest.decode(Uint8Array.of(0x8a, 0x80, 0x00, 0x81, 0x80, 0x00, 0x61))).toEqual({ id: 'a' });
  });

  test('a list of numbers that reaches beyond its length', () => {
    expect(() => BootstrapResult.decode(Uint8Array.of(0x22, 1, 0x80, 0x01))).toThrow(invalid);
    expect(() => BootstrapResult.decode(Uint8Array.of(0x22, 9, 0x01))).toThrow(invalid);
  });

  test.each([undefined, null, 'text', [10, 0], new ArrayBuffer(2), 7])('%o are no bytes', (bytes) => {
    expect(() => StateRequest.decode(bytes as unknown as Uint8Array)).toThrow(invalid);
  });

  test('text within a message that reaches beyond it, though not beyond all', () => {
    const bytes = [0x22, 3, 0x0a, 4, 0x61, 0x62, 0x63, 0x64, 0x28, 1];
    expect(() => CreateTaskRequest.decode(Uint8Array.from(bytes))).toThrow(invalid);
  });

  test('a message within another that reaches beyond it', () => {
    expect(() => CreateTaskRequest.decode(Uint8Array.of(0x22, 9, 0x0a, 0))).toThrow(invalid);
  });

  test('messages without end within one, which take fifty times the memory', () => {
    const mounts = (count: number) => Buffer.alloc(2 * count, Uint8Array.of(0x22, 0));
    expect(() => CreateTaskRequest.decode(mounts(2 ** 17 + 1))).toThrow(invalid);
    expect(CreateTaskRequest.decode(mounts(2 ** 17)).rootfs).toHaveLength(2 ** 17);
  });

  test('numbers without end in a list, packed or one by one', () => {
    const oneByOne = (count: number) => Buffer.alloc(2 * count, Uint8Array.of(0x20, 1));
    expect(() => BootstrapResult.decode(oneByOne(2 ** 17 + 1))).toThrow(invalid);
    expect(BootstrapResult.decode(oneByOne(2 ** 17)).capabilities).toHaveLength(2 ** 17);
    const packed = (count: number) =>
      Buffer.concat([new BinaryWriter().uint32(0x22).uint32(count).finish(), Buffer.alloc(count, 1)]);
    expect(() => BootstrapResult.decode(packed(2 ** 17 + 1))).toThrow(invalid);
    expect(BootstrapResult.decode(packed(2 ** 17)).capabilities).toHaveLength(2 ** 17);
  });

  test('text that is too long for a string', () => {
    const length = constants.MAX_STRING_LENGTH + 1;
    const tag = new BinaryWriter().uint32(0x0a).uint32(length).finish();
    const bytes = new Uint8Array(tag.length + length); // of zeros, which take no memory until they are touched
    bytes.set(tag);
    expect(() => StateRequest.decode(bytes)).toThrow(invalid);
  });

  test('a number of 64 bits that is not exact', () => {
    expect(() => reading(...ff(9), 0x00).int64()).toThrow(invalid);
    expect(() => reading(...ff(10)).int64()).toThrow(invalid);
    expect(() => reading(...ff(10)).bool()).toThrow(invalid);
  });

  test('an instance of the wrong wire type is passed over, like an unknown field', () => {
    expect(StateRequest.decode(Uint8Array.of(0x08, 7, 0x0a, 1, 0x61))).toEqual({ id: 'a' });
  });

  test('the last of several values counts', () => {
    expect(StateRequest.decode(Uint8Array.of(0x0a, 1, 0x61, 0x0a, 1, 0x62))).toEqual({ id: 'b' });
  });

  test('a number beyond 32 bits gives its low bits, and a bool is true if any bit is', () => {
    expect(reading(0xff, 0xff, 0xff, 0xff, 0xff, 0x01).uint32()).toBe(2 ** 32 - 1);
    expect(reading(0x80, 0x80, 0x80, 0x80, 0x80, 0x01).bool()).toBe(true);
    expect(reading(0x80, 0x00).bool()).toBe(false);
  });

  /** Bytes at random, and those of a real message with some of them changed, or cut. */
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .record({
        sample: fc.constantFrom(...samples.filter((one) => one.case !== 'long')),
        changes: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
        keep: fc.double({ min: 0, max: 1, noNaN: true }),
      })
      .map(({ sample, changes, keep }) => {
        const bytes = new Uint8Array(sample.codec.encode(sample.message).finish());
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        return bytes.subarray(0, Math.ceil(bytes.length * keep));
      }),
  );

  const outcome = (decode: () => unknown) => {
    try {
      return decode();
    } catch (error) {
      if (!(error instanceof ShimApiError)) throw error;
      return error.code;
    }
  };

  test.each([...codecs])('are a %s, or a ShimApiError', (_type, codec) => {
    fc.assert(
      fc.property(hostile, (bytes) => {
        const message = outcome(() => codec.decode(bytes));
        if (message === 'ERR_SHIM_API_INVALID') return;
        // What was understood can be written, and means the same then.
        expect(codec.decode(codec.encode(message).finish())).toStrictEqual(message);
      }),
      { numRuns: 300 },
    );
  });

  test('are never read beyond their end', () => {
    fc.assert(
      fc.property(hostile, fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes, around) => {
        const memory = Uint8Array.of(...around, ...bytes, ...around);
        const part = memory.subarray(around.length, around.length + bytes.length);
        for (const codec of [CreateTaskRequest, Timestamp]) {
          expect(outcome(() => codec.decode(part))).toStrictEqual(outcome(() => codec.decode(bytes)));
        }
      }),
    );
  });
});

describe('bytes', () => {
  test('are copied, so that neither side can change them for the other', () => {
    const frame = Any.encode({ typeUrl: 'a', value: Uint8Array.of(1, 2, 3) }).finish();
    const { value } = Any.decode(frame);
    frame.fill(0);
    expect(value).toStrictEqual(Uint8Array.of(1, 2, 3));
    expect(value.buffer.byteLength).toBe(3);
  });

  test('of a written message are unchanged by the next one', () => {
    const first = StateRequest.encode({ id: 'first' }).finish();
    for (let count = 0; count < 1000; count++) StateRequest.encode({ id: 'another' }).finish();
    expect(StateRequest.decode(first)).toEqual({ id: 'first' });
  });
});

describe('a message made from a part of it', () => {
  test('has the default in each other field', () => {
    expect(KillRequest.fromPartial({ signal: 9 })).toStrictEqual({ id: '', signal: 9, all: false });
    expect(KillRequest.create()).toStrictEqual({ id: '', signal: 0, all: false });
  });

  test('is a new one, however deep', () => {
    const options = ['ro'];
    const message = CreateTaskRequest.fromPartial({ rootfs: [{ options }] });
    options.push('changed');
    expect(message.rootfs[0]?.options).toEqual(['ro']);
  });
});
