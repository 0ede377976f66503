/** What tells of a frame of ttrpc. */
export interface ScannedFrame {
  readonly stream: number;
  readonly type: number;
  /** All of it, its header included. */
  readonly bytes: Buffer;
}

/** The types of frames. */
export const REQUEST = 1;
export const RESPONSE = 2;

const HEADER_BYTES = 10;

const NOTHING = Buffer.alloc(0);

/** Finds the frames in what goes over a connection, without touching it. */
export class FrameScanner {
  #rest: Buffer = NOTHING;

  /** What has come of a frame whose end is still to come. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** The frames that end in these bytes. */
  scan(chunk: Buffer): ScannedFrame[] {
    const found: ScannedFrame[] = [];
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= HEADER_BYTES) {
      const length = HEADER_BYTES + bytes.readUInt32BE(0);
      if (bytes.length < length) break;
      found.push({ stream: bytes.readUInt32BE(4), type: bytes[8] ?? 0, bytes: bytes.subarray(0, length) });
      bytes = bytes.subarray(length);
    }
    this.#rest = bytes.length === 0 ? NOTHING : bytes; // else a connection that rests would hold all that came with the last frame
    return found;
  }

  /** The message of a frame. */
  static messageOf({ bytes }: Pick<ScannedFrame, 'bytes'>): Buffer {
    return bytes.subarray(HEADER_BYTES);
  }
}
