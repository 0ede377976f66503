import { TtrpcError } from './errors.ts';

/** The most bytes of data a frame may carry; containerd's ttrpc has the same limit. */
export const MAX_DATA_BYTES = 4 * 1024 * 1024;

/** Length of the data (4 bytes), stream id (4 bytes), type (1 byte), flags (1 byte); big-endian. */
export const HEADER_BYTES = 10;

export const REQUEST = 1;
export const RESPONSE = 2;

/** One frame of ttrpc. */
export interface Frame {
  readonly streamId: number;
  readonly type: number;
  /** Undefined when it was larger than {@link MAX_DATA_BYTES}; its bytes have been dropped. */
  readonly data: Buffer | undefined;
}

/** Writes the header of a frame to the beginning of `frame`, whose other bytes are its data. */
export function writeHeader(frame: Buffer, streamId: number, type: number): void {
  frame.writeUInt32BE(frame.length - HEADER_BYTES, 0);
  frame.writeUInt32BE(streamId, 4);
  frame[8] = type;
  frame[9] = 0;
}

/**
 * Turns bytes, however they are cut, into frames.
 *
 * The data of a frame shares memory with the bytes it came in, and is good until the next `push`.
 */
export class FrameDecoder {
  readonly #onFrame: (frame: Frame) => void;
  #rest: Buffer[] = [];
  #restBytes = 0;
  /** Bytes needed before it is worth looking again. */
  #wanted = HEADER_BYTES;
  /** Bytes still to drop of a frame that is too large. */
  #dropping = 0;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /** Bytes of a frame that is not complete yet. */
  get pendingBytes(): number {
    return this.#restBytes + this.#dropping;
  }

  /**
   * Takes more bytes and reports each frame that is complete with them.
   *
   * @throws {TtrpcError} `ERR_TTRPC_PROTOCOL` for a type that is neither request nor response.
   */
  push(chunk: Buffer): void {
    const bytes = this.#join(this.#drop(chunk));
    if (!bytes) return;
    let offset = 0;
    while (bytes.length - offset >= HEADER_BYTES) {
      const length = bytes.readUInt32BE(offset);
      const frame = { streamId: bytes.readUInt32BE(offset + 4), type: bytes[offset + 8] ?? 0 };
      checkType(frame.type);
      const start = offset + HEADER_BYTES;
      if (length > MAX_DATA_BYTES) {
        this.#onFrame({ ...frame, data: undefined });
        const here = Math.min(length, bytes.length - start);
        this.#dropping = length - here;
        offset = start + here;
        continue;
      }
      if (bytes.length - start < length) {
        this.#keep(bytes.subarray(offset), HEADER_BYTES + length);
        return;
      }
      this.#onFrame({ ...frame, data: bytes.subarray(start, start + length) });
      offset = start + length;
    }
    this.#keep(bytes.subarray(offset), HEADER_BYTES);
  }

  #drop(chunk: Buffer): Buffer {
    const dropped = Math.min(this.#dropping, chunk.length);
    this.#dropping -= dropped;
    return chunk.subarray(dropped);
  }

  /** All bytes at hand in one piece once they are enough; a large frame is copied once, not once a chunk. */
  #join(chunk: Buffer): Buffer | undefined {
    if (this.#restBytes === 0) return chunk;
    this.#rest.push(chunk);
    this.#restBytes += chunk.length;
    if (this.#restBytes < this.#wanted) return undefined;
    const bytes = Buffer.concat(this.#rest, this.#restBytes);
    this.#keep(bytes.subarray(0, 0), HEADER_BYTES);
    return bytes;
  }

  #keep(rest: Buffer, wanted: number): void {
    this.#rest = rest.length > 0 ? [rest] : [];
    this.#restBytes = rest.length;
    this.#wanted = wanted;
  }
}

function checkType(type: number): void {
  if (type === REQUEST || type === RESPONSE) return;
  throw new TtrpcError('ERR_TTRPC_PROTOCOL', `a frame of type ${type} is neither a request nor a response`);
}
