import { TtrpcError } from './errors.ts';

/** What 64 bits take, seven to a byte. */
const MAX_VARINT_BYTES = 10;

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
    if (tag < 8) throw new TtrpcError('ERR_TTRPC_PROTOCOL', 'a field has the number 0');
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
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new TtrpcError('ERR_TTRPC_PROTOCOL', 'a varint is longer than ten bytes');
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

  /** Passes over a field that is not known here. */
  skip(tag: number): void {
    const type = tag & 7;
    if (type === 0) this.varint();
    else if (type === 2) this.bytes();
    else if (type === 1 || type === 5) {
      this.#offset += type === 1 ? 8 : 4;
      if (this.#offset > this.#end) throw truncated();
    } else throw new TtrpcError('ERR_TTRPC_PROTOCOL', `a field has the unknown wire type ${type}`);
  }
}

function truncated(): TtrpcError {
  return new TtrpcError('ERR_TTRPC_PROTOCOL', 'a message ends within a field');
}
