import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TtrpcError } from './errors.ts';
import { FieldReader, varintBytes, writeVarint } from './wire.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const protocolError = expect.objectContaining({ name: 'TtrpcError', code: 'ERR_TTRPC_PROTOCOL' });

function varint(value: number): Buffer {
  const buffer = Buffer.alloc(varintBytes(value));
  expect(writeVarint(buffer, value, 0)).toBe(buffer.length);
  return buffer;
}

describe('a varint', () => {
  // https://protobuf.dev/programming-guides/encoding/#varints
  test.each([
    [0, '00'],
    [1, '01'],
    [127, '7f'],
    [128, '80 01'],
    [150, '96 01'],
    [16_383, 'ff 7f'],
    [16_384, '80 80 01'],
    [0xffff_ffff, 'ff ff ff ff 0f'],
    [Number.MAX_SAFE_INTEGER, 'ff ff ff ff ff ff ff 0f'],
  ])('of %i is %s', (value, bytes) => {
    expect(varint(value)).toEqual(hex(bytes));
    expect(new FieldReader(hex(bytes)).varint()).toBe(value);
  });

  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(new FieldReader(varint(value)).varint()).toBe(value);
      }),
    );
  });

  test('of ten bytes is a negative number', () => {
    expect(new FieldReader(hex('ff ff ff ff ff ff ff ff ff 01')).int64()).toBe(-1);
    expect(new FieldReader(hex('80 80 80 80 80 80 80 80 80 01')).int64()).toBe(-(2 ** 63));
    expect(new FieldReader(hex('ff ff ff ff ff ff ff ff 7f')).int64()).toBe(2 ** 63);
  });

  test('of more than 64 bits is refused', () => {
    expect(() => new FieldReader(hex('ff'.repeat(11))).varint()).toThrow(protocolError);
  });

  test('that is cut off is refused', () => {
    expect(() => new FieldReader(hex('80')).varint()).toThrow(protocolError);
  });
});

describe('the reader', () => {
  test('reads the fields one after another, and passes over others', () => {
    // 1: 150; 2: "testing"; 3: eight bytes; 4: four bytes; 5: "x"
    const reader = new FieldReader(
      hex('08 96 01  12 07 74 65 73 74 69 6e 67  19 0102030405060708  25 01020304  2a 01 78'),
    );
    expect([reader.tag(), reader.varint()]).toEqual([0x08, 150]);
    expect([reader.tag(), reader.string()]).toEqual([0x12, 'testing']);
    reader.skip(reader.tag());
    reader.skip(reader.tag());
    expect([reader.tag(), reader.bytes()]).toEqual([0x2a, Buffer.from('x')]);
    expect(reader.tag()).toBe(0);
  });

  test.each([
    ['a length beyond the end', '12 05 74'],
    ['eight bytes of which one is missing', '19 01020304050607'],
    ['four bytes of which one is missing', '25 010203'],
    ['a group that does not end', '1b'],
    ['a group that ends as another', '1b 24'],
    ['a group that ends within a field', '1b 0a'],
    ['the end of a group that did not begin', '1c'],
    ['groups without end', '1b'.repeat(10_001)],
    ['a tag of more than 32 bits', '88 80 80 80 10 01'],
    ['a length of more than 32 bits', '0a 81 80 80 80 10 78'],
    ['a varint of more than 64 bits', '08 ff ff ff ff ff ff ff ff ff 02'],
    ['a wire type that does not exist', '0f'],
    ['a field with the number 0', '00'],
    ['a tag that is cut off', 'ff'],
  ])('refuses %s', (_, bytes) => {
    const reader = new FieldReader(hex(bytes));
    expect(() => reader.skip(reader.tag())).toThrow(protocolError);
  });

  test('passes over groups with all that is in them, however deep', () => {
    const within = '1b 08 05 12 01 78 25 01020304 19 0102030405060708';
    const depth = 10_000;
    for (const bytes of ['1b 1c', `${within} 1c`, `1b ${'23'.repeat(5)} 08 01 ${'24'.repeat(5)} 1c`]) {
      const reader = new FieldReader(hex(`${bytes} 12 01 79`));
      reader.skip(reader.tag());
      expect([reader.tag(), reader.string()]).toEqual([0x12, 'y']);
    }
    const reader = new FieldReader(hex('1b'.repeat(depth) + '1c'.repeat(depth)));
    reader.skip(reader.tag());
    expect(reader.tag()).toBe(0);
  });

  test.each([
    ['05', 5],
    ['ff ff ff ff 07', 0x7fff_ffff],
    ['ff ff ff ff ff ff ff ff ff 01', -1],
    ['85 80 80 80 10', 5],
    ['85 80 80 80 80 80 80 80 80 01', 5],
  ])('reads %s as the number of 32 bits %i', (bytes, value) => {
    const reader = new FieldReader(hex(`${bytes} 08`));
    expect(reader.int32()).toBe(value);
    expect(reader.tag()).toBe(8);
  });

  test('comes to an end with any bytes, or throws', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const reader = new FieldReader(Buffer.from(bytes));
        try {
          for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) reader.skip(tag);
        } catch (error) {
          expect(error).toBeInstanceOf(TtrpcError);
        }
      }),
    );
  });
});
