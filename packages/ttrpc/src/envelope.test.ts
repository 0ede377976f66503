import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeRequest,
  decodeResponse,
  errorFrame,
  requestFrame,
  requestPrefix,
  responseFrame,
} from './envelope.ts';
import { TtrpcError } from './errors.ts';
import { HEADER_BYTES, MAX_DATA_BYTES } from './frame.ts';
import { statusNames } from './status.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const dataOf = (frame: Buffer) => frame.subarray(HEADER_BYTES);
const text = fc.string({ unit: 'grapheme' });
const tooLarge = expect.objectContaining({ code: 'ERR_TTRPC_TOO_LARGE' });

describe('a request', () => {
  test('is, byte by byte, what protobuf says', () => {
    const options = { timeoutMs: 1, metadata: { k: ['v', 'w'] } };
    expect(requestFrame(3, requestPrefix('s', 'm'), Buffer.of(1, 2), options)).toEqual(
      hex(
        `0000001e 00000003 01 00
        0a 01 73          service "s"
        12 01 6d          method "m"
        1a 02 01 02       payload
        20 c0 84 3d       timeout_nano 1000000
        2a 06 0a 01 6b 12 01 76
        2a 06 0a 01 6b 12 01 77`.replaceAll(/(service|method|payload|timeout_nano) ?("."|\d+)?$/gm, ''),
      ),
    );
  });

  test('is read as it was written', () => {
    const metadata = fc.dictionary(text, fc.array(text, { minLength: 1 }));
    fc.assert(
      fc.property(
        text,
        text,
        fc.uint8Array(),
        metadata,
        fc.nat(),
        (service, method, bytes, given, timeoutMs) => {
          const payload = Buffer.from(bytes);
          const frame = requestFrame(1, requestPrefix(service, method), payload, {
            metadata: given,
            timeoutMs,
          });
          const request = decodeRequest(dataOf(frame));
          expect({ ...request, metadata: { ...request.metadata } }).toEqual({
            service,
            method,
            payload,
            timeoutNano: Math.max(1, timeoutMs * 1e6),
            metadata: { ...given },
          });
        },
      ),
    );
  });

  test('without options has neither a deadline nor metadata', () => {
    const frame = requestFrame(1, requestPrefix('s', 'm'), Buffer.alloc(0), undefined);
    expect(dataOf(frame)).toEqual(hex('0a0173 12016d'));
    expect(decodeRequest(dataOf(frame))).toMatchObject({ timeoutNano: 0, metadata: {} });
  });

  test.each([
    [undefined, 0],
    [Number.POSITIVE_INFINITY, 0],
    [Number.MAX_VALUE, 0],
    [0, 1],
    [-1, 1],
    [1.5, 1_500_000],
    [3_000_000_000, 3e15],
  ])('with the deadline %d ms has timeout_nano %d', (timeoutMs, timeoutNano) => {
    const frame = requestFrame(1, requestPrefix('s', 'm'), Buffer.alloc(0), { timeoutMs });
    expect(decodeRequest(dataOf(frame)).timeoutNano).toBe(timeoutNano);
  });

  test('with a negative timeout_nano has passed its deadline', () => {
    expect(decodeRequest(hex('20 80 80 80 80 80 80 80 80 80 01')).timeoutNano).toBeLessThan(0);
  });

  test('may have metadata of any name', () => {
    const metadata = Object.fromEntries([
      ['__proto__', ['a']],
      ['toString', ['b']],
    ]);
    const frame = requestFrame(1, requestPrefix('s', 'm'), Buffer.alloc(0), { metadata });
    expect(Object.entries(decodeRequest(dataOf(frame)).metadata)).toEqual(Object.entries(metadata));
  });

  test('may have 8192 values of metadata, and no more', () => {
    const entry = hex('2a 06 0a 01 6b 12 01 76');
    const entries = (count: number) => decodeRequest(Buffer.alloc(count * entry.length, entry));
    expect(entries(8192).metadata['k']).toHaveLength(8192);
    expect(() => entries(8193)).toThrow(expect.objectContaining({ code: 'ERR_TTRPC_PROTOCOL' }));
  });

  test('may have fields that are not known here', () => {
    expect(decodeRequest(hex('0a0173 78 05 12016d 82010378797a'))).toMatchObject({
      service: 's',
      method: 'm',
    });
  });

  test('of exactly 4 MiB is the largest', () => {
    const prefix = requestPrefix('s', 'm');
    const most = MAX_DATA_BYTES - prefix.length - 5;
    expect(requestFrame(1, prefix, Buffer.alloc(most), undefined)).toHaveLength(
      HEADER_BYTES + MAX_DATA_BYTES,
    );
    expect(() => requestFrame(1, prefix, Buffer.alloc(most + 1), undefined)).toThrow(tooLarge);
  });
});

describe('a response', () => {
  test('is, byte by byte, what protobuf says', () => {
    expect(responseFrame(3, Buffer.of(1, 2))).toEqual(hex('00000004 00000003 02 00  12 02 01 02'));
    expect(responseFrame(3, Buffer.alloc(0))).toEqual(hex('00000000 00000003 02 00'));
    expect(errorFrame(3, TtrpcError.status('NOT_FOUND', 'no'))).toEqual(
      hex('00000008 00000003 02 00  0a 06 08 05 12 02 6e 6f'),
    );
  });

  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const payload = Buffer.from(bytes);
        expect(decodeResponse(dataOf(responseFrame(1, payload)))).toEqual({ error: undefined, payload });
      }),
    );
  });

  test('with a status is read as it was written', () => {
    fc.assert(
      fc.property(fc.constantFrom(...statusNames.slice(1)), text, (status, message) => {
        const { error } = decodeResponse(dataOf(errorFrame(1, TtrpcError.status(status, message))));
        expect(error).toMatchObject({ code: 'ERR_TTRPC_STATUS', status, message });
      }),
    );
  });

  test('with the status OK is no error', () => {
    expect(decodeResponse(hex('0a 02 08 00 12 01 78'))).toEqual({
      error: undefined,
      payload: Buffer.from('x'),
    });
  });

  test.each([
    ['99', '0a 02 08 63'],
    ['-1', '0a 0b 08 ff ff ff ff ff ff ff ff ff 01'],
  ])('with the status %s, which gRPC does not define, is UNKNOWN', (_, bytes) => {
    expect(decodeResponse(hex(bytes)).error).toMatchObject({ status: 'UNKNOWN' });
  });

  test('keeps the beginning of a message that is too long', () => {
    const frame = errorFrame(1, TtrpcError.status('ABORTED', '€'.repeat(MAX_DATA_BYTES)));
    expect(frame.length).toBeLessThan(HEADER_BYTES + MAX_DATA_BYTES);
    expect(decodeResponse(dataOf(frame)).error?.message).toMatch(/^€+$/);
  });

  test('with details is read as it was written', () => {
    const detail = fc.record({ typeUrl: text, value: fc.uint8Array().map((bytes) => Buffer.from(bytes)) });
    fc.assert(
      fc.property(fc.array(detail), (details) => {
        const { error } = decodeResponse(
          dataOf(errorFrame(1, TtrpcError.status('ABORTED', 'why', { details }))),
        );
        expect(error).toMatchObject({ status: 'ABORTED', message: 'why', details });
      }),
    );
  });

  test('with too many details has none of them', () => {
    const details = [{ typeUrl: 'large', value: Buffer.alloc(2 * 1024 * 1024) }];
    const frame = errorFrame(1, TtrpcError.status('ABORTED', 'why', { details }));
    expect(decodeResponse(dataOf(frame)).error).toMatchObject({ message: 'why', details: [] });
    const bombs = Buffer.alloc(2 * 8193, Buffer.of(0x1a, 0));
    expect(() => decodeResponse(Buffer.concat([hex('0a 82 80 01'), bombs]))).toThrow(
      expect.objectContaining({ code: 'ERR_TTRPC_PROTOCOL' }),
    );
  });

  test('with a misspelt status is UNKNOWN, with the message', () => {
    const error = Object.assign(new TtrpcError('ERR_TTRPC_STATUS', 'why'), { status: 'NOT_FUOND' });
    const { error: found } = decodeResponse(dataOf(errorFrame(1, error as TtrpcError)));
    expect(found).toMatchObject({ status: 'UNKNOWN', message: 'why' });
  });

  test('of more than 4 MiB is not made', () => {
    expect(() => responseFrame(1, Buffer.alloc(MAX_DATA_BYTES))).toThrow(tooLarge);
    expect(responseFrame(1, Buffer.alloc(MAX_DATA_BYTES - 5))).toHaveLength(HEADER_BYTES + MAX_DATA_BYTES);
  });
});

describe('what is given twice is merged', () => {
  test('a status, so that an error stays one', () => {
    const [first, second] = [hex('0a 06 08 05 12 02 6e 6f'), hex('0a 04 1a 02 0a 00')];
    for (const bytes of [Buffer.concat([first, second]), Buffer.concat([second, first])]) {
      expect(decodeResponse(bytes).error).toMatchObject({
        status: 'NOT_FOUND',
        message: 'no',
        details: [{ typeUrl: '', value: Buffer.alloc(0) }],
      });
    }
    expect(decodeResponse(hex('0a 02 08 05 0a 02 08 06 0a 00')).error).toMatchObject({
      status: 'ALREADY_EXISTS',
    });
    expect(decodeResponse(hex('0a 02 08 05 0a 02 08 00')).error).toBeUndefined();
  });

  test('a request: the last of its texts and numbers, all of its metadata', () => {
    const [first, second] = [
      hex('0a 01 61 12 01 62 1a 01 63 20 01 2a 06 0a 01 6b 12 01 76'),
      hex('12 01 78 2a 06 0a 01 6b 12 01 77'),
    ];
    const request = decodeRequest(Buffer.concat([first, second]));
    expect({ ...request, metadata: { ...request.metadata } }).toEqual({
      service: 'a',
      method: 'x',
      payload: Buffer.from('c'),
      timeoutNano: 1,
      metadata: { k: ['v', 'w'] },
    });
  });
});

test.each([
  ['request', decodeRequest],
  ['response', decodeResponse],
])('any bytes are a %s or are refused as none', (_, decode) => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      try {
        decode(Buffer.from(bytes));
      } catch (error) {
        expect(error).toMatchObject({ name: 'TtrpcError', code: 'ERR_TTRPC_PROTOCOL' });
      }
    }),
    { numRuns: 2000 },
  );
});
