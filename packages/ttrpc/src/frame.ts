import { Buffer } from 'node:buffer';
import { TtrpcError } from './errors.ts';

/** The most bytes of data a frame may carry; containerd's ttrpc has the same limit. */
export const MAX_DATA_BYTES = 4 * 1024 * 1024;

/** Length of the data (4 bytes), stream id (4 bytes), type (1 byte), flags (1 byte); big-endian. */
export const HEADER_BYTES = 10;

export const REQUEST = 1;
export const RESPONSE = 2;
/** One message of a stream, in either direction. */
export const DATA = 3;

/** The sender of the frame sends nothing more on its stream. */
export const REMOTE_CLOSED = 1;
/** The sender of the request sends data on its stream. */
export const REMOTE_OPEN = 2;
/** The frame holds no message, not even an empty one. */
export const NO_DATA = 4;

/** One frame of ttrpc. */
export interface Frame {
  readonly streamId: number;
  readonly type: number;
  readonly flags: number;
  /** Undefined when it was larger than {@link MAX_DATA_BYTES}; its bytes have been dropped. */
  readonly data: Buffer | undefined;
}

/** Writes the header of a frame to the beginning of `frame`, whose other bytes are its data. */
export function writeHeader(frame: Buffer, streamId: number, type: number, flags = 0): void {
  frame.writeUInt32BE(frame.length - HEADER_BYTES, 0);
  frame.writeUInt32BE(streamId, 4);
  frame[8] = type;
  frame[9] = flags;
}

/**
 * The frame of one message of a stream.
 *
 * @throws {TtrpcError} `ERR_TTRPC_TOO_LARGE`.
 */
export function dataFrame(streamId: number, message: Uint8Array): Buffer {
  checkDataSize(message.length);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + message.length);
  frame.set(message, HEADER_BYTES);
  writeHeader(frame, streamId, DATA);
  return frame;
}

/** The frame that says that its sender sends nothing more on the stream. */
export function endFrame(streamId: number): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES);
  writeHeader(frame, streamId, DATA, REMOTE_CLOSED | NO_DATA);
  return frame;
}

/** @throws {TtrpcError} `ERR_TTRPC_TOO_LARGE` for data that a frame cannot carry. */
export function checkDataSize(bytes: number): void {
  if (bytes <= MAX_DATA_BYTES) return;
  throw new TtrpcError(
    'ERR_TTRPC_TOO_LARGE',
    `a message of ${bytes} bytes is more than the ${MAX_DATA_BYTES} that ttrpc can carry`,
  );
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
   * as soon as its header is there. Frames of a type that is not known here are passed over.
   *
   * @throws {TtrpcError} `ERR_TTRPC_PROTOCOL` for one of an unknown type that is too large: those are other bytes.
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
      const data = this.#data;
      this.#data = undefined; // a connection that rests would hold the 64 KiB that Node takes small buffers from
      if (data) this.#report(data);
    }
  }

  /** Makes room for the data that the header announces. */
  #begin(): void {
    this.#missing = this.#header.readUInt32BE(0);
    const fits = this.#missing <= MAX_DATA_BYTES;
    const isKnown = isKnownType(this.#header[8] ?? 0);
    if (!fits && !isKnown) throw noFrame(this.#header);
    this.#data = fits && isKnown ? Buffer.allocUnsafe(this.#missing) : undefined;
    if (!fits) this.#report(undefined);
  }

  #take(chunk: Buffer, offset: number): number {
    const taken = Math.min(this.#missing, chunk.length - offset);
    if (this.#data) chunk.copy(this.#data, this.#data.length - this.#missing, offset, offset + taken);
    this.#missing -= taken;
    return taken;
  }

  #report(data: Buffer | undefined): void {
    const header = this.#header;
    this.#onFrame({ streamId: header.readUInt32BE(4), type: header[8] ?? 0, flags: header[9] ?? 0, data });
  }
}

function isKnownType(type: number): boolean {
  return type === REQUEST || type === RESPONSE || type === DATA;
}

function noFrame(header: Buffer): TtrpcError {
  return new TtrpcError('ERR_TTRPC_PROTOCOL', `no frame begins with the bytes ${header.toString('hex')}`);
}
