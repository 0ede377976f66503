/** The last length-delimited field of that number in a message that is well-formed; empty when there is none. */
export function fieldOf(message: Buffer, number: number): Buffer {
  let found: Buffer = Buffer.alloc(0);
  for (let at = 0; at < message.length; ) {
    const tag = varint(message, at);
    const value = varint(message, tag.end);
    const isBytes = (tag.value & 7) === 2;
    if (isBytes && tag.value >> 3 === number) found = message.subarray(value.end, value.end + value.value);
    at = isBytes ? value.end + value.value : value.end;
  }
  return found;
}

function varint(bytes: Buffer, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = from; ; at++) {
    const byte = bytes.readUInt8(at);
    value += (byte & 127) * 2 ** (7 * (at - from));
    if (byte < 128) return { value, end: at + 1 };
  }
}
