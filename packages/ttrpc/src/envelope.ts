import { Buffer } from 'node:buffer';
import { TtrpcError } from './errors.ts';
import { checkDataSize, HEADER_BYTES, REQUEST, RESPONSE, writeHeader } from './frame.ts';
import { encodeStatus, errorOf, mergeStatus, type StatusMessage } from './status-message.ts';
import type { Metadata } from './types.ts';
import {
  bytesField,
  delimited,
  FieldReader,
  numberField,
  textField,
  varint,
  varintBytes,
  writeVarint,
} from './wire.ts';

// Request: service 1, method 2, payload 3, timeout_nano 4, metadata 5 (key 1, value 2).
// Response: status 1 (google.rpc.Status), payload 2.

/** What a request says; its payload shares memory with the frame. */
export interface Request {
  readonly service: string;
  readonly method: string;
  readonly payload: Buffer;
  /** 0 for no deadline; below 0 for one that has passed. */
  readonly timeoutNano: number;
  readonly metadata: Metadata;
}

/** What a response says: an error for any status but OK. */
export interface Response {
  readonly error: TtrpcError | undefined;
  readonly payload: Buffer;
}

const NOTHING: Buffer = Buffer.alloc(0);
const NO_METADATA: Metadata = Object.freeze({});

/** The first two fields of every request of a method. */
export function requestPrefix(service: string, method: string): Buffer {
  return Buffer.concat([textField(1, service), textField(2, method)]);
}

/**
 * The frame of a request.
 *
 * @throws {TtrpcError} `ERR_TTRPC_TOO_LARGE`.
 */
export function requestFrame(
  streamId: number,
  prefix: Buffer,
  payload: Uint8Array,
  options: { readonly timeoutMs?: number | undefined; readonly metadata?: Metadata | undefined } | undefined,
  flags = 0,
): Buffer {
  const rest = options ? callFields(options) : NOTHING;
  const size = prefix.length + payloadBytes(payload.length) + rest.length;
  checkDataSize(size);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + size);
  frame.set(prefix, HEADER_BYTES);
  const end = writePayload(frame, 3, payload, HEADER_BYTES + prefix.length);
  if (rest.length > 0) frame.set(rest, end);
  writeHeader(frame, streamId, REQUEST, flags);
  return frame;
}

/**
 * The frame of a response with a payload.
 *
 * @throws {TtrpcError} `ERR_TTRPC_TOO_LARGE`.
 */
export function responseFrame(streamId: number, payload: Uint8Array): Buffer {
  const size = payloadBytes(payload.length);
  checkDataSize(size);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + size);
  writePayload(frame, 2, payload, HEADER_BYTES);
  writeHeader(frame, streamId, RESPONSE);
  return frame;
}

/** The frame of a response with a status other than OK. */
export function errorFrame(streamId: number, error: TtrpcError): Buffer {
  const frame = Buffer.concat([Buffer.alloc(HEADER_BYTES), bytesField(1, encodeStatus(error))]);
  writeHeader(frame, streamId, RESPONSE);
  return frame;
}

/** An empty entry takes two bytes on the wire and up to a hundred in memory. */
const MAX_METADATA_ENTRIES = 8192;

/** Reads the data of a request's frame; unknown fields are skipped. @throws {TtrpcError} `ERR_TTRPC_PROTOCOL` */
export function decodeRequest(data: Buffer): Request {
  const reader = new FieldReader(data);
  const request: { -readonly [Field in keyof Request]: Request[Field] } = {
    service: '',
    method: '',
    payload: NOTHING,
    timeoutNano: 0,
    metadata: NO_METADATA,
  };
  let metadata: Record<string, string[]> | undefined;
  let entries = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === delimited(1)) request.service = reader.string();
    else if (tag === delimited(2)) request.method = reader.string();
    else if (tag === delimited(3)) request.payload = reader.bytes();
    else if (tag === varint(4)) request.timeoutNano = reader.int64();
    else if (tag === delimited(5)) {
      entries += 1;
      if (entries > MAX_METADATA_ENTRIES) throw tooMuchMetadata();
      metadata ??= Object.create(null) as Record<string, string[]>; // whose keys may be called anything
      addEntry(metadata, reader.bytes());
    } else reader.skip(tag);
  }
  if (metadata) request.metadata = metadata;
  return request;
}

/** Reads the data of a response's frame; unknown fields are skipped. @throws {TtrpcError} `ERR_TTRPC_PROTOCOL` */
export function decodeResponse(data: Buffer): Response {
  const reader = new FieldReader(data);
  let status: StatusMessage | undefined;
  let payload = NOTHING;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === delimited(1)) status = mergeStatus(reader.bytes(), status);
    else if (tag === delimited(2)) payload = reader.bytes();
    else reader.skip(tag);
  }
  return { error: status && errorOf(status), payload };
}

/** Fields 4 and 5, which few calls have. */
function callFields(options: {
  readonly timeoutMs?: number | undefined;
  readonly metadata?: Metadata | undefined;
}): Buffer {
  const fields: Buffer[] = [];
  const timeoutNano = Math.round((options.timeoutMs ?? Number.POSITIVE_INFINITY) * 1e6);
  if (timeoutNano < 2 ** 63) fields.push(numberField(4, Math.max(1, timeoutNano)));
  for (const [key, values] of Object.entries(options.metadata ?? {})) {
    for (const value of values) {
      fields.push(bytesField(5, Buffer.concat([textField(1, key), textField(2, value)])));
    }
  }
  return Buffer.concat(fields);
}

function addEntry(metadata: Record<string, string[]>, data: Buffer): void {
  const reader = new FieldReader(data);
  let key = '';
  let value = '';
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === delimited(1)) key = reader.string();
    else if (tag === delimited(2)) value = reader.string();
    else reader.skip(tag);
  }
  const values = metadata[key];
  if (values) values.push(value);
  else metadata[key] = [value];
}

function tooMuchMetadata(): TtrpcError {
  return new TtrpcError(
    'ERR_TTRPC_PROTOCOL',
    `there are more than ${MAX_METADATA_ENTRIES} values of metadata`,
  );
}

function payloadBytes(length: number): number {
  return length === 0 ? 0 : 1 + varintBytes(length) + length;
}

/** Writes a length-delimited field, or nothing when it is empty, which means the same; returns the offset behind it. */
function writePayload(frame: Buffer, field: number, bytes: Uint8Array, offset: number): number {
  if (bytes.length === 0) return offset;
  frame[offset] = delimited(field);
  const start = writeVarint(frame, bytes.length, offset + 1);
  frame.set(bytes, start);
  return start + bytes.length;
}
