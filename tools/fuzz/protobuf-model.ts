// What the bytes of a message mean, in the simplest way that can be said, as an oracle for the codecs.

/** The longest varint of 32 bits. Of longer ones nothing is said here, as they are read in more than one way. */
const MAX_SURE_BYTES = 5;

/** The last length-delimited field of that number in a message that is well-formed; empty when there is none. */
export function fieldOf(message: Buffer, number: number): Buffer {
  let found: Buffer = Buffer.alloc(0);
  for (const field of fieldsOf(message)) {
    if (field.type === 2 && field.number === number) found = message.subarray(field.start, field.end);
  }
  return found;
}

/** Whether the bytes are certainly no message: they end within a field, or have a field that there cannot be. */
export function isMalformed(message: Buffer): boolean {
  for (const { number, type, end, isSure } of fieldsOf(message)) {
    if (!isSure) return false;
    if (number === 0 || ![0, 1, 2, 5].includes(type) || end > message.length) return true;
  }
  return false;
}

interface ModelField {
  readonly number: number;
  readonly type: number;
  /** Where its value is; it may end behind the end of the message. */
  readonly start: number;
  readonly end: number;
  readonly isSure: boolean;
}

/** The fields one after the other, up to the first that is none. */
function* fieldsOf(message: Buffer): Generator<ModelField> {
  for (let at = 0; at < message.length; ) {
    const tag = varint(message, at);
    const [type, number] = [tag.value % 8, Math.floor(tag.value / 8)];
    const length = varint(message, tag.end);
    const [start, end] = rangeOf(type, tag.end, length);
    const isGroup = type === 3 || type === 4; // which may be passed over, or refused
    const isSure =
      !isGroup && tag.end - at <= MAX_SURE_BYTES && (type !== 2 || length.end - tag.end <= MAX_SURE_BYTES);
    yield { number, type, start, end, isSure };
    at = end;
  }
}

function rangeOf(type: number, at: number, length: Varint): readonly [start: number, end: number] {
  if (type === 0) return [at, length.end];
  if (type === 2) return [length.end, length.end + length.value];
  return [at, at + (type === 1 ? 8 : 4)];
}

interface Varint {
  readonly value: number;
  readonly end: number;
}

/** A number; one that is cut short or too long ends beyond the message. */
function varint(bytes: Buffer, from: number): Varint {
  let value = 0;
  for (let at = from; at < from + 10; at++) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** (7 * (at - from));
    if (byte < 128) return { value, end: at + 1 };
  }
  return { value, end: Number.POSITIVE_INFINITY };
}
