import { Buffer } from 'node:buffer';
import { TtrpcError } from './errors.ts';

/** What 64 bits take, seven to a byte. */
const MAX_VARINT_BYTES = 10;

/** Groups within groups, of a field that is not known here; Go's reader has the same limit. */
const MAX_GROUP_DEPTH = 10_000;

const MAX_UINT32 = 0xffff_ffff;

const GROUP = 3;
const GROUP_END = 4;

/** Bytes of an unsigned number as a protobuf varint. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

/** Writes an unsigned number as a varint; returns the offset behind it. */
export function writeVarint(buffer: Uint8Array, value: number, offset: number): number {
  let rest = value;
  let at = offset;
  while (rest > 0x7f) {
    buffer[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  buffer[at++] = rest;
  return at;
}

/** The tag of a field that is a number. */
export const varint = (field: number): number => field << 3;

/** The tag of a field that has a length: text, bytes or a message. */
export const delimited = (field: number): number => (field << 3) | 2;

/** A field of bytes, or of a message. */
export function bytesField(field: number, bytes: Uint8Array): Buffer {
  const buffer = Buffer.allocUnsafe(1 + varintBytes(bytes.length) + bytes.length);
  buffer[0] = delimited(field);
  buffer.set(bytes, writeVarint(buffer, bytes.length, 1));
  return buffer;
}

/** A field of text. */
export function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text));
}

/** A field of an unsigned number. */
export function numberField(field: number, value: number): Buffer {
  const buffer = Buffer.allocUnsafe(1 + varintBytes(value));
  buffer[0] = varint(field);
  writeVarint(buffer, value, 1);
  return buffer;
}

/** Reads the fields of one protobuf message, one after another. */
export class FieldReader {
  readonly #bytes: Buffer;
  #offset = 0;
  readonly #end: number;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** The tag of the next field, `number << 3 | wire type`, or 0 at the end. */
  tag(): number {
    if (this.#offset >= this.#end) return 0;
    const tag = this.varint();
    if (tag < 8) throw malformed('a field has the number 0');
    if (tag > MAX_UINT32) throw malformed('a tag has more than 32 bits');
    return tag;
  }

  /** An unsigned number. One of more than 53 bits loses its low bits. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let length = 0; length < MAX_VARINT_BYTES; length++) {
      const byte = this.#bytes[this.#offset++];
      if (byte === undefined) throw truncated();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (length === MAX_VARINT_BYTES - 1 && byte > 1) break;
        return value;
      }
      factor *= 128;
    }
    throw malformed('a varint has more than 64 bits');
  }

  /** A number of 32 bits with a sign; of a longer one, its low 32 bits, as protobuf says. */
  int32(): number {
    const start = this.#offset;
    this.varint();
    let value = 0;
    for (let at = start; at < Math.min(this.#offset, start + 5); at++) {
      value |= ((this.#bytes[at] ?? 0) & 0x7f) << (7 * (at - start));
    }
    return value;
  }

  /** A number with a sign; negative ones take ten bytes. */
  int64(): number {
    const start = this.#offset;
    const value = this.varint();
    // The length tells, as the value of 64 bits has been rounded.
    return this.#offset - start < MAX_VARINT_BYTES ? value : Math.min(-1, value - 2 ** 64);
  }

  /** A length-delimited field; it shares memory with the message. */
  bytes(): Buffer {
    const length = this.varint();
    const start = this.#offset;
    if (length > this.#end - start) throw truncated();
    this.#offset = start + length;
    return this.#bytes.subarray(start, this.#offset);
  }

  /** A string. */
  string(): string {
    const length = this.varint();
    const start = this.#offset;
    if (length > this.#end - start) throw truncated();
    this.#offset = start + length;
    return this.#bytes.toString('utf8', start, this.#offset);
  }

  /** Passes over a field that is not known here; a group with all that is in it. */
  skip(tag: number): void {
    const open: number[] = [];
    for (let next = tag; ; next = this.#innerTag()) {
      const type = next & 7;
      if (type === GROUP) {
        if (open.push(next >>> 3) > MAX_GROUP_DEPTH) throw malformed('groups are nested too deep');
      } else if (type === GROUP_END) {
        if (open.pop() !== next >>> 3) throw malformed('a group ends that did not begin');
      } else this.#skipValue(type);
      if (open.length === 0) return;
    }
  }

  /** A tag within a group, which must not end before its own end. */
  #innerTag(): number {
    const tag = this.tag();
    if (tag === 0) throw truncated();
    return tag;
  }

  #skipValue(type: number): void {
    if (type === 0) this.varint();
    else if (type === 2) this.bytes();
    else if (type === 1 || type === 5) {
      this.#offset += type === 1 ? 8 : 4;
      if (this.#offset > this.#end) throw truncated();
    } else throw malformed(`a field has the unknown wire type ${type}`);
  }
}

function truncated(): TtrpcError {
  return malformed('a message ends within a field');
}

function malformed(why: string): TtrpcError {
  return new TtrpcError('ERR_TTRPC_PROTOCOL', why);
}
