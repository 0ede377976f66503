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

/** Turns bytes, however they are cut, into frames. It keeps none of the bytes it is given, only copies. */
export class FrameDecoder {
  readonly #onFrame: (frame: Frame) => void;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  /** The data of the frame that is coming in; undefined when it is too large to be kept. */
  #data: Buffer | undefined;
  /** Bytes of data still to come. */
  #missing = 0;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /** Whether the bytes so far end within a frame. */
  get isWithinFrame(): boolean {
    return this.#headerBytes > 0;
  }

  /**
   * Takes more bytes and reports each frame that is complete with them; one that is too large is reported
   * as soon as its header is there.
   *
   * @throws {TtrpcError} `ERR_TTRPC_PROTOCOL` for a type that is neither request nor response.
   */
  push(chunk: Buffer): void {
    let offset = 0;
    for (;;) {
      if (this.#headerBytes < HEADER_BYTES) {
        while (this.#headerBytes < HEADER_BYTES) {
          if (offset === chunk.length) return;
          this.#header[this.#headerBytes++] = chunk[offset++] ?? 0;
        }
        this.#begin();
      }
      offset += this.#take(chunk, offset);
      if (this.#missing > 0) return;
      this.#headerBytes = 0;
      if (this.#data) this.#report(this.#data);
    }
  }

  /** Makes room for the data that the header announces. */
  #begin(): void {
    checkType(this.#header[8] ?? 0);
    this.#missing = this.#header.readUInt32BE(0);
    const fits = this.#missing <= MAX_DATA_BYTES;
    this.#data = fits ? Buffer.allocUnsafe(this.#missing) : undefined;
    if (!fits) this.#report(undefined);
  }

  #take(chunk: Buffer, offset: number): number {
    const taken = Math.min(this.#missing, chunk.length - offset);
    if (this.#data) chunk.copy(this.#data, this.#data.length - this.#missing, offset, offset + taken);
    this.#missing -= taken;
    return taken;
  }

  #report(data: Buffer | undefined): void {
    this.#onFrame({ streamId: this.#header.readUInt32BE(4), type: this.#header[8] ?? 0, data });
  }
}

function checkType(type: number): void {
  if (type === REQUEST || type === RESPONSE) return;
  throw new TtrpcError('ERR_TTRPC_PROTOCOL', `a frame of type ${type} is neither a request nor a response`);
}
