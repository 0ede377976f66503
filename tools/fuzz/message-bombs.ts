import { strict as assert } from 'node:assert';
import { attackCodecs, codecs, decoded } from './attack-codecs.ts';
import { takenBytes } from './held-bytes.ts';

const MIB = 1024 * 1024;

/** What a message of that size may take in memory: short texts take ten times their bytes, messages more, but end. */
const mayTake = (bytes: number) => 48 * MIB + 10 * bytes;

const ff = (count: number) => Buffer.alloc(count, 0xff);
const filled = (bytes: number, pattern: Buffer) => Buffer.alloc(bytes - (bytes % pattern.length), pattern);
const tagOf = (field: number, type: number) => Buffer.of((field << 3) | type);

/** Bytes that ask for more than they are, each by its name, for the field of that number. */
const SMALL: Readonly<Record<string, (field: number) => Buffer>> = {
  'a length of 4 GiB': (field) => Buffer.concat([tagOf(field, 2), ff(4), Buffer.of(0x0f, 0x61)]),
  'a length of 2 GiB': (field) => Buffer.concat([tagOf(field, 2), Buffer.from('8080808008', 'hex')]),
  'a length of 2^63': (field) => Buffer.concat([tagOf(field, 2), Buffer.from('80808080808080808001', 'hex')]),
  'a varint that never ends': (field) => Buffer.concat([tagOf(field, 0), ff(1000)]),
  'a length that never ends': (field) => Buffer.concat([tagOf(field, 2), ff(1000)]),
  'messages within messages': (field) => nested(field, 2_000),
  'groups within groups': (field) => filled(10_000, tagOf(field, 3)),
};

/** Bytes that are many, and ask for the most they can. */
const LARGE: Readonly<Record<string, (field: number, bytes: number) => Buffer>> = {
  'one empty message after the other': (field, bytes) => filled(bytes, Buffer.of(...tagOf(field, 2), 0)),
  'messages that hold an empty one': (field, bytes) =>
    filled(bytes, Buffer.of(...tagOf(field, 2), 2, ...tagOf(2, 2), 0)),
  'messages that hold an empty text': (field, bytes) =>
    filled(bytes, Buffer.of(...tagOf(field, 2), 2, ...tagOf(4, 2), 0)),
  'one number after the other': (field, bytes) => filled(bytes, Buffer.of(...tagOf(field, 0), 1)),
  'a packed list of numbers': (field, bytes) => withLength(field, Buffer.alloc(bytes, 1)),
  'text that is no UTF-8': (field, bytes) => withLength(field, Buffer.alloc(bytes, 0xc3)),
};

const FIELDS = Array.from({ length: 12 }, (_, index) => index + 1);

/**
 * Reads each bomb as each message: none throws anything but a `ShimApiError`, none takes more memory than a few
 * times its size.
 *
 * @param largeBytes the size of the large ones.
 * @param beat is told of each.
 * @returns how many that were, and the most memory that one took.
 */
export function attackCodecsWithBombs(
  largeBytes: number,
  beat: (bytes: Buffer) => void,
): { readonly bombs: number; readonly takenBytes: number } {
  let bombs = 0;
  let most = 0;
  for (const field of FIELDS) {
    for (const make of Object.values(SMALL)) bombs += attackCodecs(make(field));
    for (const [what, make] of Object.entries(LARGE)) {
      const bytes = make(field, largeBytes);
      for (const [name, codec] of codecs) {
        beat(bytes);
        const taken = takenBytes(() => decoded(() => codec.decode(bytes)));
        assert(taken < mayTake(bytes.length), `${what} as field ${field} of a ${name} takes ${taken} bytes`);
        most = Math.max(most, taken);
        bombs += 1;
      }
    }
  }
  return { bombs, takenBytes: most };
}

function nested(field: number, depth: number): Buffer {
  let message: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) message = withLength(field, message);
  return message;
}

function withLength(field: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    if (rest < 128) return Buffer.concat([tagOf(field, 2), Buffer.of(...length, rest), content]);
    length.push((rest & 127) | 128);
  }
}
