import fc from 'fast-check';
import { type CorpusName, corpus } from './corpus.ts';
import {
  DATA,
  frameOf,
  HEADER_BYTES,
  NO_DATA,
  REMOTE_CLOSED,
  REMOTE_OPEN,
  REQUEST,
  RESPONSE,
} from './frame-model.ts';

/** Numbers on whose other side something else begins: of bytes, signs, varints, lengths and limits. */
const EDGES = [
  ...[0, 1, 2, 9, 10, 11, 127, 128, 255, 256, 0x3fff, 0x4000, 0xffff, 0x10000],
  ...[4 * 1024 * 1024 - 1, 4 * 1024 * 1024, 4 * 1024 * 1024 + 1],
  ...[0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff],
];

/** Bytes that mean much in few places: varints that go on, tags of groups, no UTF-8, a length without its bytes. */
const PATTERNS = [
  'ff',
  'ffffffffffffffffffff01',
  'ffffffffffffffffffffff',
  '8080808080808080808001',
  '0affffffff0f',
  '0b',
  '0c',
  '00',
  '1a00',
  '2200',
  '2a00',
  'c3',
  'eda080',
  'f4908080',
  '0a7f',
].map((hex) => Buffer.from(hex, 'hex'));

type Mutation = readonly [kind: number, at: number, value: number];

const mutation: fc.Arbitrary<Mutation> = fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 0xffff }), fc.nat());

/** Real bytes from the corpus, changed in some places. */
function mutated(samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.nat({ max: samples.length - 1 }), fc.array(mutation, { maxLength: 4 }))
    .map(([index, mutations]) =>
      mutations.reduce((bytes, one) => mutate(bytes, one, samples), samples[index] ?? Buffer.alloc(0)),
    );
}

function mutate(bytes: Buffer, [kind, place, value]: Mutation, samples: readonly Buffer[]): Buffer {
  const at = bytes.length === 0 ? 0 : place % bytes.length;
  const length = value % 16;
  const pattern = PATTERNS[value % PATTERNS.length] ?? bytes;
  const other = samples[value % samples.length] ?? bytes;
  switch (kind) {
    case 0:
      return replaced(bytes, at, 1, Buffer.of((bytes[at] ?? 0) ^ (1 << (value % 8))));
    case 1:
      return replaced(bytes, at, 1, Buffer.of(value & 0xff));
    case 2:
      return replaced(bytes, at, length, Buffer.alloc(0));
    case 3:
      return replaced(bytes, at, 0, bytes.subarray(at, at + length));
    case 4:
      return bytes.subarray(0, at);
    case 5:
      return replaced(bytes, at, value % 2 === 0 ? pattern.length : 0, pattern);
    case 6:
      return replaced(bytes, at, 4, bigEndian(EDGES[value % EDGES.length] ?? 0));
    default:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(place % (other.length + 1))]);
  }
}

function replaced(bytes: Buffer, at: number, length: number, by: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + length)]);
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Fields of any number and type, most with a length that is true, within each other. */
const fields: fc.Arbitrary<Buffer> = fc.letrec<{ message: Buffer; field: Buffer }>((tie) => ({
  message: fc
    .array(tie('field'), { maxLength: 5, depthIdentifier: 'message' })
    .map((all) => Buffer.concat(all)),
  field: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'message' },
    fc
      .tuple(fc.nat({ max: 255 }), fc.uint8Array({ maxLength: 11 }))
      .map(([tag, rest]) => Buffer.of(tag, ...rest)),
    fc
      .tuple(fc.integer({ min: 1, max: 15 }), tie('message'), fc.constantFrom(0, 0, 0, 0, 1, 127))
      .map(([number, inner, lie]) =>
        Buffer.concat([Buffer.of((number << 3) | 2, ...lengthOf(inner.length + lie)), inner]),
      ),
  ),
})).message;

function lengthOf(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...lengthOf(value >>> 7)];
}

/** What may come in the place of one message: mutated real ones, made-up ones, and noise. */
export function hostileMessage(): fc.Arbitrary<Buffer> {
  const samples = corpus('messages').map(({ bytes }) => bytes);
  return fc.oneof(
    { weight: 5, arbitrary: mutated(samples) },
    { weight: 2, arbitrary: fields },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)) },
  );
}

/** One after the other on one connection: frames of which most are such, with content that mostly is none. */
export interface HostileStream {
  readonly pieces: readonly Buffer[];
  /** How long the parts are that it is sent in, in turns; empty for all at once. */
  readonly cuts: readonly number[];
}

/** Gives the stream id of a frame by its position. */
export type StreamIdOf = (position: number) => number;

/**
 * Streams of up to `maxPieces` frames, made from the real ones of a corpus.
 *
 * @param usualStreamId of most frames; others have any.
 */
export function hostileStream(
  name: CorpusName,
  maxPieces: number,
  usualStreamId: fc.Arbitrary<StreamIdOf>,
): fc.Arbitrary<HostileStream> {
  const samples = corpus(name).map(({ bytes }) => bytes);
  const contents = samples.map((bytes) => bytes.subarray(HEADER_BYTES));
  const content = fc.oneof({ weight: 4, arbitrary: mutated(contents) }, { weight: 1, arbitrary: fields });
  const usualType = name === 'requests' ? REQUEST : RESPONSE;
  const framed = fc.tuple(mostly(usualStreamId), content).map(
    ([idOf, data]): Piece =>
      (position) =>
        frameOf(idOf(position), usualType, data),
  );
  return piecesOf(maxPieces, framed, mutated(samples), mostly(usualStreamId), content);
}

/** What a stream consists of, which depends on where in it it is. */
type Piece = (position: number) => Buffer;

/** Most ids are the usual ones. A client's that is too high takes all that are lower from those that follow. */
function mostly(usual: fc.Arbitrary<StreamIdOf>): fc.Arbitrary<StreamIdOf> {
  const any = fc.nat({ max: 0xffff_ffff }).map((id) => () => id);
  return fc.oneof({ weight: 999, arbitrary: usual }, { weight: 1, arbitrary: any });
}

/** Frames, most of them `framed`, and some that lie, or are none. */
function piecesOf(
  maxPieces: number,
  framed: fc.Arbitrary<Piece>,
  samples: fc.Arbitrary<Buffer>,
  streamId: fc.Arbitrary<StreamIdOf>,
  content: fc.Arbitrary<Buffer>,
): fc.Arbitrary<HostileStream> {
  const type = fc.constantFrom(REQUEST, RESPONSE, DATA, REQUEST, RESPONSE, DATA, 0, 4, 255);
  const lying = fc.tuple(streamId, type, content, fc.constantFrom(...EDGES), fc.nat({ max: 255 })).map(
    ([idOf, kind, data, length, flags]): Piece =>
      (position) =>
        frameOf(idOf(position), kind, data, length, flags),
  );
  const unknown = fc.tuple(fc.constantFrom(0, 4, 255), content, fc.nat({ max: 255 })).map(
    ([kind, data, flags]): Piece =>
      (position) =>
        frameOf(position, kind, data, data.length, flags),
  );
  const noise = fc.uint8Array({ maxLength: 64 }).map(
    (bytes): Piece =>
      () =>
        Buffer.from(bytes),
  );
  // Most pieces keep the connection in step, or little of it would ever be read as frames.
  const piece = fc.oneof(
    { weight: 1000, arbitrary: framed },
    { weight: 5, arbitrary: unknown },
    {
      weight: 3,
      arbitrary: samples.map(
        (bytes): Piece =>
          () =>
            bytes,
      ),
    },
    { weight: 2, arbitrary: lying },
    { weight: 1, arbitrary: noise },
  );
  return fc.record({
    pieces: fc
      .array(piece, { minLength: 1, maxLength: maxPieces, size: 'max' })
      .map((pieces) => pieces.map((one, position) => one(position))),
    cuts: fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 4 }),
  });
}

/**
 * Calls with streams of the service in streams-service.ts: they are opened, get messages and their ends, mostly in the right
 * order, and many at the same time.
 *
 * @param requests the data of requests, real ones.
 * @param messages real ones.
 */
export function hostileConversations(
  maxPieces: number,
  requests: readonly Buffer[],
  messages: readonly Buffer[],
): fc.Arbitrary<HostileStream> {
  const flags = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(REMOTE_OPEN, REMOTE_CLOSED) },
    { weight: 1, arbitrary: fc.nat({ max: 255 }) },
  );
  // Every fourth position opens a stream; the others say something on one of those that were opened last.
  const opened = (position: number) => 2 * Math.floor(position / 4) + 1;
  const open = fc.tuple(rarelyMutated(requests), flags).map(
    ([data, flag]) =>
      (position: number) =>
        frameOf(opened(position), REQUEST, data, data.length, flag),
  );
  const dataFlags = fc.oneof(
    { weight: 12, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.constant(REMOTE_CLOSED | NO_DATA) },
    { weight: 2, arbitrary: fc.constant(REMOTE_CLOSED) },
    { weight: 1, arbitrary: fc.nat({ max: 255 }) },
  );
  const say = fc.tuple(rarelyMutated(messages), dataFlags, fc.nat({ max: 6 })).map(
    ([data, flag, back]) =>
      (position: number) =>
        frameOf(Math.max(1, opened(position) - 2 * back), DATA, data, data.length, flag),
  );
  const framed = fc.tuple(open, say, fc.nat({ max: 30 })).map(([opening, saying, chance]): Piece => {
    return (position) => (position % 4 === 0 || chance === 0 ? opening(position) : saying(position));
  });
  const samples = [...requests, ...messages];
  const usual = fc.constant((position: number) => opened(position));
  return piecesOf(maxPieces, framed, mutated(samples), mostly(usual), mutated(samples));
}

function rarelyMutated(samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...samples) },
    { weight: 1, arbitrary: mutated(samples) },
  );
}

/** The parts a stream is sent in. */
export function partsOf({ pieces, cuts }: HostileStream): Buffer[] {
  const bytes = Buffer.concat(pieces);
  if (cuts.length === 0) return [bytes];
  const parts: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const end = at + (cuts[turn % cuts.length] ?? bytes.length);
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts;
}
