import { constants } from 'node:buffer';
import { ShimApiError } from './errors.ts';

// What the generated code reads and writes with, in the place of the generator's own runtime, which takes ten
// times as long to write a message. Encoding: https://protobuf.dev/programming-guides/encoding/

const TWO_TO_32 = 0x1_0000_0000;
const MAX_UINT32 = TWO_TO_32 - 1;
const MAX_INT32 = 0x7fff_ffff;

// So many characters need at most 126 bytes, whose number fits into the one byte before them.
const SHORT_TEXT = 42;

// A message within another takes two bytes on the wire and a hundred in memory: 4 MiB of them would be 200 MiB.
const MAX_MESSAGES_WITHIN = 2 ** 17;

/** Writes the fields of a message, one after the other. */
export class BinaryWriter {
  #bytes: Buffer = Buffer.allocUnsafe(128);
  #position = 0;
  // Where the messages begin that are being written within others.
  readonly #starts: number[] = [];

  /** All that was written. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#position);
  }

  /** Begins a message within this one; its length is put before it by `join`. */
  fork(): this {
    this.#reserve(1);
    this.#starts.push(this.#position);
    this.#position += 1;
    return this;
  }

  /** Ends the message that was begun last. */
  join(): this {
    const start = this.#starts.pop() ?? 0;
    const length = this.#position - start - 1;
    const extra = sizeOf(length) - 1;
    if (extra > 0) {
      this.#reserve(extra);
      this.#bytes.copyWithin(start + 1 + extra, start + 1, this.#position);
    }
    this.#position = start;
    this.#varint(length);
    this.#position += length;
    return this;
  }

  /** A whole number from 0 to 2³² - 1. */
  uint32(value: number): this {
    if (!(Number.isInteger(value) && value >= 0 && value <= MAX_UINT32)) throw badValue(value, 'uint32');
    this.#reserve(5);
    this.#varint(value);
    return this;
  }

  /** A whole number from -2³¹ to 2³¹ - 1. */
  int32(value: number): this {
    if (!(Number.isInteger(value) && value >= -MAX_INT32 - 1 && value <= MAX_INT32))
      throw badValue(value, 'int32');
    return this.int64(value);
  }

  /** A whole number that is exact as a JavaScript number, below 2⁵³ in size. */
  int64(value: number): this {
    if (!Number.isSafeInteger(value)) throw badValue(value, 'int64');
    this.#reserve(10);
    if (value >= 0) this.#varint(value);
    else this.#negative(value);
    return this;
  }

  /** True or false. */
  bool(value: boolean): this {
    if (typeof value !== 'boolean') throw badValue(value, 'bool');
    this.#reserve(1);
    this.#bytes[this.#position++] = value ? 1 : 0;
    return this;
  }

  /** Text, as UTF-8, after its length. */
  string(value: string): this {
    if (typeof value !== 'string') throw badValue(value, 'string');
    if (value.length <= SHORT_TEXT) {
      this.#reserve(1 + 3 * SHORT_TEXT);
      const length = this.#shortText(value, this.#position + 1);
      this.#bytes[this.#position] = length;
      this.#position += 1 + length;
      return this;
    }
    const length = Buffer.byteLength(value);
    this.#reserve(5 + length);
    this.#varint(length);
    this.#bytes.write(value, this.#position);
    this.#position += length;
    return this;
  }

  /** Bytes, after their number. */
  bytes(value: Uint8Array): this {
    if (!(value instanceof Uint8Array)) throw badValue(value, 'bytes');
    this.#reserve(5 + value.length);
    this.#varint(value.length);
    this.#bytes.set(value, this.#position);
    this.#position += value.length;
    return this;
  }

  /** Most text is short and ASCII, and then a loop is faster than a call of the encoder. */
  #shortText(value: string, start: number): number {
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) return this.#bytes.write(value, start);
      this.#bytes[start + index] = code;
    }
    return value.length;
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest >= TWO_TO_32; rest = Math.floor(rest / 0x80)) {
      this.#bytes[this.#position++] = (rest & 0x7f) | 0x80;
    }
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#position++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#position++] = rest;
  }

  /** As ten bytes of two's complement, which is rare enough to be slow. */
  #negative(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#position++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#position++] = Number(rest);
  }

  #reserve(size: number): void {
    if (this.#position + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#position + size));
    this.#bytes.copy(larger, 0, 0, this.#position);
    this.#bytes = larger;
  }
}

/** Reads the fields of a message, one after the other; whatever the bytes, never beyond them. */
export class BinaryReader {
  /** How far it has read. */
  pos = 0;
  readonly #bytes: Buffer;
  // The first one is the whole.
  #messagesWithin = -1;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where a message of this length ends that begins here; without one, where all ends. */
  end(length = this.#bytes.length - this.pos): number {
    this.#messagesWithin += 1;
    if (this.#messagesWithin > MAX_MESSAGES_WITHIN) throw invalid('it holds too many others');
    return this.#endOf(length);
  }

  /** Makes sure that a message ended where its length said. */
  reached(end: number): void {
    if (this.pos !== end) throw invalid('a part of it is longer than the whole');
  }

  /** A whole number from 0 to 2³² - 1; of a larger one, the low bits. */
  uint32(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[this.pos];
      if (byte === undefined) throw invalid('it is cut short');
      this.pos += 1;
      if (shift < 35) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw invalid('a number has more than ten bytes');
  }

  /** A whole number from -2³¹ to 2³¹ - 1. */
  int32(): number {
    return this.uint32() | 0;
  }

  /** A whole number, exact as a JavaScript number. */
  int64(): number {
    let low = 0;
    let high = 0;
    for (let count = 0; count < 10; count += 1) {
      const byte = this.#bytes[this.pos];
      if (byte === undefined) throw invalid('it is cut short');
      this.pos += 1;
      const bits = byte & 0x7f;
      if (count < 4) low |= bits << (7 * count);
      else if (count === 4) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else if (count < 10) high |= bits << (7 * count - 32);
      if (byte < 0x80) return exact(high, low >>> 0);
    }
    throw invalid('a number has more than ten bytes');
  }

  /** True or false. */
  bool(): boolean {
    let isTrue = false;
    for (let count = 0; count < 10; count += 1) {
      const byte = this.#bytes[this.pos];
      if (byte === undefined) throw invalid('it is cut short');
      this.pos += 1;
      if ((byte & 0x7f) !== 0) isTrue = true;
      if (byte < 0x80) return isTrue;
    }
    throw invalid('a number has more than ten bytes');
  }

  /** Text; what is no UTF-8 becomes U+FFFD. */
  string(): string {
    const start = this.#span();
    if (this.pos - start > constants.MAX_STRING_LENGTH) throw invalid('a text is too long for a string');
    return this.#bytes.toString('utf8', start, this.pos);
  }

  /** A copy of the bytes, so that to keep them does not keep all that was received. */
  bytes(): Uint8Array {
    const start = this.#span();
    return new Uint8Array(this.#bytes.subarray(start, this.pos));
  }

  /** Leaves a field out that nobody here knows, by the number before it. */
  skip(tag: number): void {
    if (tag >>> 3 === 0) throw invalid('a field has no number');
    switch (tag & 7) {
      case 0:
        this.uint32();
        return;
      case 1:
        this.pos = this.#endOf(8);
        return;
      case 2:
        this.#span();
        return;
      case 5:
        this.pos = this.#endOf(4);
        return;
      default:
        throw invalid(`a field is of type ${tag & 7}, which there is not`);
    }
  }

  /** Moves behind a length and as many bytes, and tells where those begin. */
  #span(): number {
    const length = this.uint32();
    const start = this.pos;
    this.pos = this.#endOf(length);
    return start;
  }

  #endOf(length: number): number {
    const end = this.pos + length;
    if (end > this.#bytes.length) throw invalid('it is cut short');
    return end;
  }
}

/** A message without some of its fields, which then have their defaults. */
export type DeepPartial<Message> = Message extends Date | Uint8Array | string | number | boolean | undefined
  ? Message
  : Message extends readonly (infer Item)[]
    ? readonly DeepPartial<Item>[]
    : { readonly [Field in keyof Message]?: DeepPartial<Message[Field]> };

/** What turns one kind of message into bytes and back. */
export interface MessageFns<Message> {
  /**
   * The serialized message, once `finish()` is called.
   *
   * @throws {ShimApiError} `ERR_PROTO_VALUE` for a value its field cannot hold.
   */
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
  /**
   * The message, with the default in each field that is not there. Fields that are not known are left out.
   *
   * @throws {ShimApiError} `ERR_PROTO_INVALID` when the bytes are no such message.
   */
  decode(input: BinaryReader | Uint8Array, length?: number): Message;
  /** The message with the default in each field that was left out. */
  create(base?: DeepPartial<Message>): Message;
  /** The same as `create`. */
  fromPartial(object: DeepPartial<Message>): Message;
}

function sizeOf(varint: number): number {
  return varint < 0x80 ? 1 : varint < 0x4000 ? 2 : varint < 0x20_0000 ? 3 : varint < 0x1000_0000 ? 4 : 5;
}

function exact(high: number, low: number): number {
  const value = high * TWO_TO_32 + low;
  if (Number.isSafeInteger(value)) return value;
  throw invalid('a number is too large to be exact');
}

function invalid(problem: string): ShimApiError {
  return new ShimApiError('ERR_PROTO_INVALID', `the bytes are no such message: ${problem}`);
}

function badValue(value: unknown, type: string): ShimApiError {
  return new ShimApiError('ERR_PROTO_VALUE', `${String(value)} (${typeof value}) is no ${type}`);
}
