// What the bytes of a connection mean, in the simplest way that can be said, as an oracle for the real thing: it has
// all bytes at once, knows no streams, and shares no code with the package.

export const HEADER_BYTES = 10;
export const MAX_DATA_BYTES = 4 * 1024 * 1024;
export const REQUEST = 1;
export const RESPONSE = 2;
export const DATA = 3;

/** Flags: the sender says no more, says more, or says nothing with this frame. */
export const REMOTE_CLOSED = 1;
export const REMOTE_OPEN = 2;
export const NO_DATA = 4;

/** One whole frame. */
export interface ModelFrame {
  readonly streamId: number;
  readonly type: number;
  readonly flags: number;
  readonly data: Buffer;
  /** With its header. */
  readonly bytes: Buffer;
  /** Whether it is larger than may be. */
  readonly isTooLarge: boolean;
}

/** What a sequence of bytes holds. */
export interface ModelStream {
  /** The frames in it, without those of unknown types; a last one that is too large may be there in part. */
  readonly frames: readonly ModelFrame[];
  /** Whether what follows is no frame: it has an unknown type, and is larger than may be. */
  readonly isBroken: boolean;
  /** How many bytes its last frame still lacks; of a header that is cut, those of the header. */
  readonly missingBytes: number;
}

/** Reads bytes as frames until they end, or make no sense any more. */
export function readStream(bytes: Buffer): ModelStream {
  const frames: ModelFrame[] = [];
  let at = 0;
  while (bytes.length - at >= HEADER_BYTES) {
    const type = bytes.readUInt8(at + 8);
    const isKnown = [REQUEST, RESPONSE, DATA].includes(type);
    const length = bytes.readUInt32BE(at);
    const end = at + HEADER_BYTES + length;
    const isTooLarge = length > MAX_DATA_BYTES;
    if (!isKnown && isTooLarge) return { frames, isBroken: true, missingBytes: 0 };
    if (isKnown && (end <= bytes.length || isTooLarge)) {
      const whole = bytes.subarray(at, end);
      frames.push({
        streamId: bytes.readUInt32BE(at + 4),
        type,
        flags: bytes.readUInt8(at + 9),
        data: whole.subarray(HEADER_BYTES),
        bytes: whole,
        isTooLarge,
      });
    }
    if (end > bytes.length) return { frames, isBroken: false, missingBytes: end - bytes.length };
    at = end;
  }
  const rest = bytes.length - at;
  return { frames, isBroken: false, missingBytes: rest === 0 ? 0 : HEADER_BYTES - rest };
}

/** The frames of a well-formed sequence. */
export function framesIn(bytes: Buffer): readonly ModelFrame[] {
  return readStream(bytes).frames;
}

/** A frame of these parts; its length is that of the data unless another one is to be claimed. */
export function frameOf(
  streamId: number,
  type: number,
  data: Uint8Array,
  claimedLength = data.length,
  flags = 0,
): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + data.length);
  frame.writeUInt32BE(claimedLength, 0);
  frame.writeUInt32BE(streamId, 4);
  frame.writeUInt8(type, 8);
  frame.writeUInt8(flags, 9);
  frame.set(data, HEADER_BYTES);
  return frame;
}
