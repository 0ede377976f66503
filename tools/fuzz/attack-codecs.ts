import { strict as assert } from 'node:assert';
import * as api from '@shimwright/shim-api';
import * as bootstrap from '@shimwright/shim-api/bootstrap';
import * as metrics from '@shimwright/shim-api/metrics';
import { isMalformed } from './protobuf-model.ts';

const { ShimApiError } = api;

/**
 * The messages of the package that have fields of each kind, by their names, and before it that of the entry which has
 * them; those of task v2 and the sandbox have the same kinds as those of runtime v1.
 */
export const codecs: ReadonlyMap<string, api.MessageFns<unknown>> = new Map(
  Object.entries({ '': api, bootstrap, metrics }).flatMap(([entry, all]) =>
    Object.entries(all).flatMap(([name, value]) =>
      isCodec(value) ? [[`${entry}${name}`, value] as const] : [],
    ),
  ),
);

/** The types that `unpackAny` knows, and one that it does not. */
const ANY_TYPES = [
  ...[...codecs.keys()].filter((name) => name.startsWith('Task')).map((name) => `containerd.events.${name}`),
  ...['RuncOptions', 'CreateOptions', 'CheckpointOptions', 'ProcessDetails'].map(
    (name) => `type.googleapis.com/containerd.linux.runc.${name}`,
  ),
  ...['containerd.runc.v1.Options', 'runtimeoptions.v1.Options', metrics.cgroupV1MetricsType],
  '__proto__',
];

/**
 * Reads the bytes as each message, and as what an `Any` of each type holds. Each time they are one, which is then
 * written and read again as the same; or a `ShimApiError` says that they are none.
 *
 * @returns how many messages that was.
 */
export function attackCodecs(bytes: Buffer): number {
  const isNone = isMalformed(bytes);
  for (const codec of codecs.values()) expectMessage(codec, bytes, isNone);
  for (const typeUrl of ANY_TYPES) expectAny({ typeUrl, value: bytes });
  return codecs.size + ANY_TYPES.length;
}

function expectMessage(codec: api.MessageFns<unknown>, bytes: Buffer, isNone: boolean): void {
  const message = decoded(() => codec.decode(bytes));
  if (message === undefined) return;
  assert(!isNone, 'what is no message was taken for one');
  const written = codec.encode(message).finish();
  const again = codec.encode(codec.decode(written)).finish();
  assert(Buffer.compare(written, again) === 0, 'what was read is not what was written again');
}

function expectAny(any: api.Any): void {
  decoded(() => api.unpackAny(any));
  decoded(() => api.decodeEvent(any));
  decoded(() => api.unpackJson(any, any.typeUrl));
  decoded(() => metrics.unpackMetrics(any));
}

/** What it gives, or undefined where the bytes are refused as they should be; any other error is thrown. */
export function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    assert(error instanceof ShimApiError, `no ShimApiError but ${String(error)}`);
    assert(['ERR_SHIM_API_INVALID', 'ERR_SHIM_API_TYPE'].includes(error.code), error);
    assert(error.message.length < 2_000, 'a message that grows with the bytes');
    return undefined;
  }
}

function isCodec(value: unknown): value is api.MessageFns<unknown> {
  return typeof value === 'object' && value !== null && 'decode' in value && 'encode' in value;
}
