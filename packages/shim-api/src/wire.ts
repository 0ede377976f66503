import { constants } from 'node:buffer';
import { isUint8Array } from 'node:util/types';
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

// Groups, which nobody writes any more, and which a message may still hold within each other: as Google's Go allows.
const MAX_GROUPS_WITHIN = 10_000;
// What a message shows of a value.
const MAX_SHOWN = 100;
const MAX_UINT64 = 2n ** 64n - 1n;

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
    else this.#bigVarint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  /** A whole number from 0 to 2⁶⁴ - 1. */
  uint64(value: bigint): this {
    if (!(typeof value === 'bigint' && value >= 0n && value <= MAX_UINT64)) throw badValue(value, 'uint64');
    this.#reserve(10);
    if (value <= Number.MAX_SAFE_INTEGER) this.#varint(Number(value));
    else this.#bigVarint(value);
    return this;
  }

  /** Any number, in eight bytes. */
  double(value: number): this {
    if (typeof value !== 'number') throw badValue(value, 'double');
    this.#reserve(8);
    this.#position = this.#bytes.writeDoubleLE(value, this.#position);
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
    // Of whatever realm: those of a test in a context of its own are no instances of ours.
    if (!isUint8Array(value)) throw badValue(value, 'bytes');
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

  /** Of more than 53 bits, or below zero in two's complement; both are rare enough to be slow. */
  #bigVarint(value: bigint): void {
    let rest = value;
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
  // The halves of the number of 64 bits that was read last.
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    if (!isUint8Array(bytes)) throw invalid('they are no Uint8Array');
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where a message of this length ends that begins here; without one, where all ends. */
  end(length = this.#bytes.length - this.pos): number {
    this.#count(1);
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
      else if (shift === 63 && byte > 1) throw tooManyBits();
      if (byte < 0x80) return value >>> 0;
    }
    throw tooManyBits();
  }

  /** A field's number and its wire type. */
  tag(): number {
    // Nearly all are of one byte.
    const byte = this.#bytes[this.pos];
    if (byte === undefined || byte >= 0x80) return this.#uint32Whole();
    this.pos += 1;
    return byte;
  }

  /** How many bytes a text, a message or a list takes, which follows. */
  length(): number {
    const byte = this.#bytes[this.pos];
    if (byte === undefined || byte >= 0x80) return this.#uint32Whole();
    this.pos += 1;
    return byte;
  }

  /** Where a list of numbers ends whose length follows. */
  packedEnd(): number {
    const length = this.length();
    this.#count(length);
    return this.#endOf(length);
  }

  /** Counts what comes next as one of the many that a message may hold. */
  counted(): this {
    this.#count(1);
    return this;
  }

  /** A number that must not have more than 32 bits: what is beyond would make another field of it, or another length. */
  #uint32Whole(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[this.pos];
      if (byte === undefined) throw invalid('it is cut short');
      this.pos += 1;
      const bits = byte & 0x7f;
      if (shift < 28) value |= bits << shift;
      else if (shift === 28 && bits < 0x10) value |= bits << shift;
      else if (bits !== 0) throw invalid('a tag or a length has more than 32 bits');
      if (byte < 0x80) return value >>> 0;
    }
    throw tooManyBits();
  }

  /** A whole number from -2³¹ to 2³¹ - 1; of a larger one, the low bits. */
  int32(): number {
    return this.uint32() | 0;
  }

  /** A whole number, exact as a JavaScript number. */
  int64(): number {
    this.#readHalves();
    const value = this.#high * TWO_TO_32 + (this.#low >>> 0);
    if (Number.isSafeInteger(value)) return value;
    throw invalid('a number is too large to be exact');
  }

  /** A whole number from 0 to 2⁶⁴ - 1. */
  uint64(): bigint {
    this.#readHalves();
    const low = BigInt(this.#low >>> 0);
    return this.#high === 0 ? low : (BigInt(this.#high >>> 0) << 32n) | low;
  }

  /** Any number, from eight bytes. */
  double(): number {
    const start = this.pos;
    this.pos = this.#endOf(8);
    return this.#bytes.readDoubleLE(start);
  }

  /** True or false. */
  bool(): boolean {
    let isTrue = false;
    for (let count = 0; count < 10; count += 1) {
      const byte = this.#bytes[this.pos];
      if (byte === undefined) throw invalid('it is cut short');
      this.pos += 1;
      if (count === 9 && byte > 1) throw tooManyBits();
      if ((byte & 0x7f) !== 0) isTrue = true;
      if (byte < 0x80) return isTrue;
    }
    throw tooManyBits();
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
      case 3:
        this.#skipGroup(tag >>> 3);
        return;
      case 4:
        throw invalid('a group ends that has not begun');
      default:
        throw invalid(`a field is of type ${tag & 7}, which there is not`);
    }
  }

  /** Moves behind the end of a group that has just begun, and of all groups within it. */
  #skipGroup(field: number): void {
    const open = [field];
    while (open.length > 0) {
      const tag = this.tag();
      if ((tag & 7) === 3) {
        if (open.push(tag >>> 3) > MAX_GROUPS_WITHIN) throw invalid('it holds too many groups');
      } else if ((tag & 7) !== 4) this.skip(tag);
      else if (open.pop() !== tag >>> 3) throw invalid('a group ends that is not the last one that began');
    }
  }

  #readHalves(): void {
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
      } else if (count < 9) high |= bits << (7 * count - 32);
      else if (byte > 1) throw tooManyBits();
      else high |= bits << 31;
      if (byte < 0x80) {
        this.#low = low;
        this.#high = high;
        return;
      }
    }
    throw tooManyBits();
  }

  #count(more: number): void {
    this.#messagesWithin += more;
    if (this.#messagesWithin > MAX_MESSAGES_WITHIN) throw invalid('it holds too many others');
  }

  /** Moves behind a length and as many bytes, and tells where those begin. */
  #span(): number {
    const length = this.length();
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

/** A message without some of its fields, which then have their defaults. A number of 64 bits may be an exact one too. */
export type DeepPartial<Message> = Message extends bigint
  ? bigint | number
  : Message extends Date | Uint8Array | string | number | boolean | undefined
    ? Message
    : Message extends readonly (infer Item)[]
      ? readonly DeepPartial<Item>[]
      : { readonly [Field in keyof Message]?: DeepPartial<Message[Field]> };

/** What turns one kind of message into bytes and back. */
export interface MessageFns<Message> {
  /**
   * The serialized message, once `finish()` is called.
   *
   * @throws {ShimApiError} `ERR_SHIM_API_VALUE` for a value its field cannot hold.
   */
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
  /**
   * The message, with the default in each field that is not there. Fields that are not known are left out. Codecs give
   * each other `length`, and `into` for a field that is given again: what is read is merged into that.
   *
   * @throws {ShimApiError} `ERR_SHIM_API_INVALID` when the bytes are no such message.
   */
  decode(input: BinaryReader | Uint8Array, length?: number, into?: Message): Message;
  /**
   * The message with the default in each field that was left out.
   *
   * @throws {ShimApiError} `ERR_SHIM_API_VALUE` for what is no such object.
   */
  create(base?: DeepPartial<Message>): Message;
  /** The same as `create`. */
  fromPartial(object: DeepPartial<Message>): Message;
}

function sizeOf(varint: number): number {
  return varint < 0x80 ? 1 : varint < 0x4000 ? 2 : varint < 0x20_0000 ? 3 : varint < 0x1000_0000 ? 4 : 5;
}

function invalid(problem: string): ShimApiError {
  return new ShimApiError('ERR_SHIM_API_INVALID', `the bytes are no such message: ${problem}`);
}

function tooManyBits(): ShimApiError {
  return invalid('a number has more than 64 bits');
}

/** The error for a value that its field cannot hold. */
export function badValue(value: unknown, type: string): ShimApiError {
  return new ShimApiError('ERR_SHIM_API_VALUE', `${shownValue(value)} (${typeof value}) is no ${type}`);
}

/** An object that may be a message. */
export function messageOf<Message>(value: Message, type: string): Message {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw badValue(value, type);
}

/** The items of a field that is a list. */
export function itemsOf<Items extends readonly unknown[]>(value: Items): Items {
  if (Array.isArray(value)) return value;
  throw badValue(value, 'list');
}

/** A list made of what was given; empty where that is left out. */
export function listOf<Given, Item>(
  value: readonly Given[] | null | undefined,
  toItem: (given: Given) => Item,
): Item[] {
  return value === undefined || value === null ? [] : itemsOf(value).map((given) => toItem(given));
}

/** A number of 64 bits made of what was given; 0 where that is left out. */
export function uint64Of(value: bigint | number | null | undefined): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value === 'bigint') return value;
  if (Number.isSafeInteger(value)) return BigInt(value);
  throw badValue(value, 'uint64');
}

/** The texts of a field that has one for each name. */
export function entriesOf<Text extends string | undefined>(
  value: Readonly<Record<string, Text>>,
): [name: string, text: Text][] {
  return Object.entries(messageOf(value, 'object of texts'));
}

/** A copy of the texts that were given; empty where they are left out. */
export function textsOf(
  value: Readonly<Record<string, string | undefined>> | null | undefined,
): Record<string, string> {
  const texts: Record<string, string> = {};
  if (value === undefined || value === null) return texts;
  for (const [name, text] of entriesOf(value)) if (text !== undefined) setText(texts, name, text);
  return texts;
}

/** Sets a text, whatever its name is: to set `__proto__` as usual would set none. */
export function setText(texts: Record<string, string>, name: string, text: string): void {
  if (name !== '__proto__') texts[name] = text;
  else
    Object.defineProperty(texts, name, { value: text, writable: true, enumerable: true, configurable: true });
}

/** As a message shows it, which may be anything: an object without a prototype has no text at all. */
function shownValue(value: unknown): string {
  try {
    return String(value).slice(0, MAX_SHOWN);
  } catch {
    return 'a value';
  }
}
