import { Buffer } from 'node:buffer';
import { isUint8Array } from 'node:util/types';
import { factsOf, messageOf, type StatusDetail, TtrpcError } from './errors.ts';
import { statusCode, statusName } from './status.ts';
import { bytesField, delimited, FieldReader, numberField, textField, varint } from './wire.ts';

// google.rpc.Status: code 1, message 2, details 3; google.protobuf.Any: type_url 1, value 2.

/** With at most four bytes to a character this stays far below the limit of a frame. */
const MAX_MESSAGE_CHARS = 512 * 1024;

/** What the details may take beside the message; all of them, or none. */
const MAX_DETAILS_BYTES = 1024 * 1024;

/** An empty detail takes two bytes on the wire and up to a hundred in memory. */
const MAX_DETAILS = 8192;

/** What a `google.rpc.Status` says. */
export interface StatusMessage {
  code: number;
  message: string;
  readonly details: StatusDetail[];
}

/**
 * The status of an error. A message that is too long is cut; details that are too large, or none, are left out. An error
 * of a program without types may hold anything, and is answered all the same.
 */
export function encodeStatus(error: TtrpcError): Buffer {
  try {
    return encoded(error);
  } catch {
    return encoded(TtrpcError.status('UNKNOWN', messageOf(error))); // a getter, or a proxy, may throw
  }
}

function encoded(error: TtrpcError): Buffer {
  const { status, details } = factsOf(error);
  const sound = (details ?? []).filter(isDetail);
  const encodedDetails = Buffer.concat(sound.map((detail) => bytesField(3, encodeDetail(detail))));
  return Buffer.concat([
    numberField(1, statusCode(status)),
    textField(2, messageOf(error).slice(0, MAX_MESSAGE_CHARS)),
    encodedDetails.length <= MAX_DETAILS_BYTES ? encodedDetails : Buffer.alloc(0),
  ]);
}

/** Adds what the bytes say to a status that may have been there before, as fields given twice are merged. */
export function mergeStatus(bytes: Buffer, before?: StatusMessage): StatusMessage {
  const merged = before ?? { code: 0, message: '', details: [] };
  const reader = new FieldReader(bytes);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === varint(1)) merged.code = reader.int32();
    else if (tag === delimited(2)) merged.message = reader.string();
    else if (tag === delimited(3)) addDetail(merged.details, reader.bytes());
    else reader.skip(tag);
  }
  return merged;
}

/** The error of a status; undefined for OK. */
export function errorOf({ code, message, details }: StatusMessage): TtrpcError | undefined {
  return code === 0 ? undefined : TtrpcError.status(statusName(code), message, { details });
}

function isDetail(value: unknown): value is StatusDetail {
  const { typeUrl, value: bytes } = Object(value) as Partial<StatusDetail>;
  return typeof typeUrl === 'string' && isUint8Array(bytes);
}

function encodeDetail({ typeUrl, value }: StatusDetail): Buffer {
  return Buffer.concat([textField(1, typeUrl), bytesField(2, value)]);
}

function addDetail(details: StatusDetail[], bytes: Buffer): void {
  const reader = new FieldReader(bytes);
  let typeUrl = '';
  let value: Uint8Array = Buffer.alloc(0);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === delimited(1)) typeUrl = reader.string();
    else if (tag === delimited(2)) value = reader.bytes();
    else reader.skip(tag);
  }
  if (details.push({ typeUrl, value }) > MAX_DETAILS) {
    throw new TtrpcError('ERR_TTRPC_PROTOCOL', `there are more than ${MAX_DETAILS} details of a status`);
  }
}
