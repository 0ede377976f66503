import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askGoWire, schemaOf } from '../../../tools/shim-api/schema.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';
import { ShimApiError } from '../src/index.ts';
import { allCodecs } from './fixtures/all-codecs.ts';
import { arbitraryMessage, merged } from './fixtures/arbitrary-message.ts';

const schema = await schemaOf();

test('there is a codec for each message of the .proto files, and for nothing else', () => {
  expect([...allCodecs.keys()].toSorted()).toEqual([...schema.keys()].toSorted());
});

describe.each([...allCodecs])('%s', (type, codec) => {
  const message = arbitraryMessage(schema, type);
  const bytesOf = (one: unknown) => codec.encode(one).finish();

  test('is read as it was written', () => {
    fc.assert(
      fc.property(message, (one) => {
        expect(codec.decode(bytesOf(one))).toEqual(one);
      }),
    );
  });

  test('two of them, one behind the other, are one, merged', () => {
    fc.assert(
      fc.property(message, message, (first, second) => {
        const both = codec.decode(Buffer.concat([bytesOf(first), bytesOf(second)]));
        expect(both).toEqual(merged(schema, type, first, second));
      }),
    );
  });
});

describe('Google’s Go library', () => {
  needs('command go');

  test('reads what we write, merges as we do, and refuses what we refuse', async () => {
    const questions = [...allCodecs.keys()].flatMap((type) =>
      fc.sample(hostile(type), 40).map((bytes) => [type, bytes] as const),
    );
    const answers = await askGoWire(await tempDir(), questions);
    const compared = questions.map(([type, bytes], index) => {
      const codec = allCodecs.get(type);
      const answer = answers[index];
      if (!codec || !answer) throw new Error(`no answer to ${type}`);
      const ours = outcome(() => codec.decode(bytes));
      const theirs = 'bytes' in answer ? outcome(() => codec.decode(answer.bytes)) : 'refused';
      const question = `${type} ${Buffer.from(bytes).toString('hex')}`;
      return isKnownDifference(ours, 'error' in answer ? answer.error : '') ? [] : [question, ours, theirs];
    });
    const differing = compared.filter(([, ours, theirs]) => !isDeepStrictEqual(ours, theirs));
    expect(differing).toEqual([]);
    // Both outcomes are there in number, so that the comparison is one.
    const refusals = compared.filter(([, ours]) => ours === 'refused').length;
    expect(refusals).toBeGreaterThan(questions.length / 10);
    expect(refusals).toBeLessThan(questions.length / 2);
  }, 300_000); // It is compiled first.

  /** Two messages, with fields that nobody knows between them, and perhaps some bytes of it all changed. */
  function hostile(type: string): fc.Arbitrary<Uint8Array> {
    const codec = allCodecs.get(type);
    const written = arbitraryMessage(schema, type).map(
      (one) => codec?.encode(one).finish() ?? new Uint8Array(),
    );
    return fc
      .record({
        parts: fc.tuple(written, unknownField, written, unknownField),
        changes: fc.oneof(
          { weight: 3, arbitrary: fc.constant([]) },
          fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 2 }),
        ),
      })
      .map(({ parts, changes }) => {
        const bytes = new Uint8Array(Buffer.concat(parts));
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        return bytes;
      });
  }

  /** Of a field's number, its wire type, and what follows. */
  const goodField = constantBytes(
    [],
    [0xf8, 0x07, 5], // 127, a varint
    [0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8], // 64 bits
    [0xfa, 0x07, 2, 0x68, 0x69], // bytes
    [0xfd, 0x07, 1, 2, 3, 4], // 32 bits
    [0xfb, 0x07, 0xfc, 0x07], // a group
    [0xfb, 0x07, 0x0a, 1, 0x61, 0x13, 0x08, 1, 0x14, 0xfc, 0x07], // with text and another group in it
    [0xfa, 0x07, 0x81, 0x80, 0x00, 0x61], // a length of 1, in more bytes than it needs
    [0xfa, 0x87, 0x80, 0x80, 0x80, 0x80, 0x00, 1, 0x61], // a tag in more bytes than it needs
  );
  const badField = constantBytes(
    [0xfb, 0x07, 0xf4, 0x07], // a group that another one ends
    [0xfb, 0x07, 0x0a, 1, 0x61], // that never ends
    [0xfc, 0x07], // that never began
    [0xff, 0x07, 0], // wire type 7
    [0x80, 0x00], // number 0, in two bytes
    [0xfa, 0x87, 0x80, 0x80, 0x10, 1, 0x61], // a tag of more than 32 bits
    [0xfa, 0x07, 0x81, 0x80, 0x80, 0x80, 0x10, 0x61], // a length of more than 32 bits, whose low ones are 1
    [0xf8, 0x07, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02], // a number of more than 64 bits
  );
  const unknownField = fc.oneof({ weight: 8, arbitrary: goodField }, { weight: 1, arbitrary: badField });

  function constantBytes(...all: readonly (readonly number[])[]): fc.Arbitrary<Uint8Array> {
    return fc.constantFrom(...all.map((bytes) => Uint8Array.from(bytes)));
  }

  /** See "Differences" in the README. */
  function isKnownDifference(ours: unknown, error: string): boolean {
    if (/invalid UTF-8/.test(error)) return true;
    return ours === 'too large';
  }
});

function outcome(decode: () => unknown): unknown {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof ShimApiError)) throw error;
    return /too large to be exact/.test(error.message) ? 'too large' : 'refused';
  }
}
