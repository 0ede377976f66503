import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DATA,
  dataFrame,
  endFrame,
  type Frame,
  FrameDecoder,
  HEADER_BYTES,
  MAX_DATA_BYTES,
  REQUEST,
  RESPONSE,
  writeHeader,
} from './frame.ts';

const anyFrame = fc.record({
  streamId: fc.nat({ max: 0xffff_ffff }),
  type: fc.constantFrom(REQUEST, RESPONSE, DATA),
  flags: fc.nat({ max: 255 }),
  data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

function encoded({ streamId, type, flags, data }: Frame): Buffer {
  const frame = Buffer.concat([Buffer.alloc(HEADER_BYTES), data ?? Buffer.alloc(MAX_DATA_BYTES + 1)]);
  writeHeader(frame, streamId, type, flags);
  return frame;
}

/** What the decoder makes of the bytes when they come in pieces of these lengths; the rest comes last. */
function decoded(bytes: Buffer, lengths: readonly number[]): Frame[] {
  const frames: Frame[] = [];
  const decoder = new FrameDecoder((frame) => frames.push(frame));
  let offset = 0;
  for (const length of [...lengths, bytes.length]) {
    // As a socket that reads into the same memory does.
    const chunk = Buffer.from(bytes.subarray(offset, offset + length));
    decoder.push(chunk);
    chunk.fill(0xaa);
    offset += length;
  }
  expect(decoder.isWithinFrame).toBe(false);
  return frames;
}

describe('a frame', () => {
  test('has a header of ten bytes, big-endian', () => {
    const frame = Buffer.alloc(HEADER_BYTES + 0x0102);
    writeHeader(frame, 0x0304_0506, RESPONSE);
    expect(frame.subarray(0, HEADER_BYTES).toString('hex')).toBe('00000102030405060200');
    writeHeader(frame, 1, REQUEST, 0xab);
    expect(frame[9]).toBe(0xab);
  });

  test('of a stream holds one message, or says that there are no more', () => {
    expect(dataFrame(3, Buffer.from('xy')).toString('hex')).toBe('000000020000000303007879');
    expect(dataFrame(3, Buffer.alloc(0)).toString('hex')).toBe('00000000000000030300');
    expect(endFrame(3).toString('hex')).toBe('00000000000000030305');
    expect(dataFrame(1, Buffer.alloc(MAX_DATA_BYTES))).toHaveLength(HEADER_BYTES + MAX_DATA_BYTES);
    expect(() => dataFrame(1, Buffer.alloc(MAX_DATA_BYTES + 1))).toThrow(
      expect.objectContaining({ code: 'ERR_TTRPC_TOO_LARGE' }),
    );
  });
});

describe('the decoder', () => {
  test('gives the same frames however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(anyFrame), fc.array(fc.nat({ max: 40 })), (frames, lengths) => {
        expect(decoded(Buffer.concat(frames.map(encoded)), lengths)).toEqual(frames);
      }),
    );
  });

  test('gives frames that come byte by byte', () => {
    const frame = { streamId: 7, type: REQUEST, flags: 0, data: Buffer.from('data') };
    const bytes = Buffer.concat([encoded(frame), encoded(frame)]);
    expect(decoded(bytes, new Array<number>(bytes.length).fill(1))).toEqual([frame, frame]);
  });

  test('drops the data of a frame that is too large, and nothing of those around it', () => {
    const tooLarge = { streamId: 9, type: RESPONSE, flags: 1, data: undefined };
    fc.assert(
      fc.property(anyFrame, anyFrame, fc.array(fc.nat({ max: 2_000_000 })), (before, after, lengths) => {
        const frames = [before, tooLarge, after];
        expect(decoded(Buffer.concat(frames.map(encoded)), lengths)).toEqual(frames);
      }),
      { numRuns: 20 },
    );
  });

  test('takes a frame of 4 MiB, the largest there can be', () => {
    const frame = { streamId: 1, type: REQUEST, flags: 0, data: Buffer.alloc(MAX_DATA_BYTES, 'x') };
    const [found] = decoded(encoded(frame), [100_000, 3_000_000]);
    expect(found?.data?.equals(frame.data)).toBe(true);
  });

  test('reports a frame that is too large as soon as its header is there', () => {
    const frames: Frame[] = [];
    const decoder = new FrameDecoder((frame) => frames.push(frame));
    decoder.push(Buffer.from('ffffffff000000030200', 'hex'));
    expect(frames).toEqual([{ streamId: 3, type: RESPONSE, flags: 0, data: undefined }]);
    expect(decoder.isWithinFrame).toBe(true);
  });

  test.each([0, 4, 255])('passes over frames of the unknown type %i, however the bytes are cut', (type) => {
    fc.assert(
      fc.property(anyFrame, anyFrame, fc.array(fc.nat({ max: 40 })), (before, after, lengths) => {
        const bytes = [before, { ...before, type }, after].map(encoded);
        expect(decoded(Buffer.concat(bytes), lengths)).toEqual([before, after]);
      }),
    );
  });

  test.each([0, 4, 255])('refuses a frame of the unknown type %i that is too large', (type) => {
    const decoder = new FrameDecoder(() => expect.unreachable());
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(MAX_DATA_BYTES + 1);
    header[8] = type;
    expect(() => decoder.push(header)).toThrow(expect.objectContaining({ code: 'ERR_TTRPC_PROTOCOL' }));
  });

  test('knows whether it is within a frame', () => {
    const decoder = new FrameDecoder(() => {});
    const bytes = encoded({ streamId: 1, type: REQUEST, flags: 0, data: Buffer.from('xy') });
    for (let offset = 0; offset < bytes.length; offset++) {
      expect(decoder.isWithinFrame).toBe(offset > 0);
      decoder.push(bytes.subarray(offset, offset + 1));
    }
    expect(decoder.isWithinFrame).toBe(false);
  });
});
