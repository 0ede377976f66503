import { strict as assert } from 'node:assert';
import { corpus } from './corpus.ts';
import {
  DATA,
  frameOf,
  type ModelFrame,
  type ModelStream,
  NO_DATA,
  REMOTE_CLOSED,
  REQUEST,
  RESPONSE,
  readStream,
} from './frame-model.ts';
import { type HostileStream, partsOf } from './hostile-bytes.ts';
import { fieldOf, isMalformed } from './protobuf-model.ts';
import { RawConnection } from './raw-connection.ts';

/** A frame that lacks more is not completed, the connection is given up. */
const MAX_PADDING_BYTES = 128 * 1024;

/** Of the last call on each connection. */
const LAST_STREAM_ID = 0xffff_ffff;

/** Field 2, the payload: a `StateResponse` with the id `fuzz`, as the request has it. */
const LAST_ANSWER = Buffer.from('\x12\x06\x0a\x04fuzz');

/**
 * Sends the stream to a server and checks what comes back: exactly one response to each request that is whole, and an
 * answer to one more good call; or the end of the connection where a frame is none.
 *
 * @returns how many frames it was.
 */
export async function attackServer(path: string, stream: HostileStream): Promise<number> {
  const connection = await RawConnection.to(path);
  try {
    for (const part of partsOf(stream)) connection.send(part);
    const model = complete(connection, Buffer.concat(stream.pieces));
    if (model.isBroken) await expectBroken(connection, model);
    else await expectAnswers(connection, model);
    return model.frames.length;
  } finally {
    connection.close();
  }
}

/**
 * Sends calls with streams to a server and checks what comes back: nothing on a stream that was not opened, nothing after the
 * end of one, and an answer to one more good call; or the end of the connection where a frame is none.
 *
 * @returns how many frames it was.
 */
export async function attackStreams(path: string, stream: HostileStream): Promise<number> {
  const connection = await RawConnection.to(path);
  try {
    for (const part of partsOf(stream)) connection.send(part);
    const model = complete(connection, Buffer.concat(stream.pieces));
    if (model.isBroken) {
      await connection.until(() => connection.isOver, 'the end of a connection that brought no frame');
    } else if (model.frames.at(-1)?.bytes.equals(lastCall())) {
      const isAnswered = () => connection.answers().some(({ streamId }) => streamId === LAST_STREAM_ID);
      await connection.until(() => connection.isOver || isAnswered(), 'the answer to the last call');
      expectLastAnswer(model, connection.answers());
    }
    expectOrder(model, connection.answers());
    return model.frames.length;
  } finally {
    connection.close();
  }
}

/** Each stream that was opened once ends once, and says nothing after that. */
function expectOrder(model: ModelStream, answers: readonly ModelFrame[]): void {
  const { frames } = model;
  const opened = new Map<number, number>();
  // A message on a stream that is opened only later has an answer of its own.
  for (const streamId of requestsIn(model)) opened.set(streamId, (opened.get(streamId) ?? 0) + 1);
  const ended = new Set<number>();
  for (const { streamId, type, flags, data } of answers) {
    assert(
      frames.some((frame) => frame.streamId === streamId),
      `an answer on stream ${streamId}, on which nothing was sent`,
    );
    if (opened.get(streamId) !== 1) continue;
    assert(!ended.has(streamId), `stream ${streamId} goes on after its end`);
    if (type === RESPONSE || (flags & REMOTE_CLOSED) !== 0) ended.add(streamId);
    else assert.equal(type, DATA);
    if ((flags & NO_DATA) !== 0) assert.equal(data.length, 0);
  }
}

/** Sends what the last frame lacks, if that is not too much, and a last call; gives all that was sent. */
function complete(connection: RawConnection, sent: Buffer): ModelStream {
  const model = readStream(sent);
  if (model.isBroken || model.missingBytes > MAX_PADDING_BYTES) return model;
  const more = model.missingBytes > 0 ? Buffer.alloc(model.missingBytes) : lastCall();
  connection.send(more);
  const all = Buffer.concat([sent, more]);
  return model.missingBytes > 0 ? complete(connection, all) : readStream(all);
}

async function expectBroken(connection: RawConnection, model: ModelStream): Promise<void> {
  await connection.until(() => connection.isOver, 'the end of a connection that brought no frame');
  const answered = connection.answers().map(({ streamId }) => streamId);
  const asked = requestsIn(model);
  for (const id of answered) assert(take(asked, id), `an answer on stream ${id}, which has no request`);
}

async function expectAnswers(connection: RawConnection, model: ModelStream): Promise<void> {
  const asked = requestsIn(model);
  await connection.until(
    () => connection.isOver || connection.answers().length >= asked.length,
    `${asked.length} answers`,
  );
  const answers = connection.answers();
  assert.deepEqual(
    answers.map(({ streamId }) => streamId).sort(),
    asked.sort(),
    'one answer to each request',
  );
  for (const { type } of answers) assert.equal(type, RESPONSE);
  expectRefusals(model, answers);
  expectLastAnswer(model, answers);
}

/** The last call is answered, unless another one had its stream id, which must rise. */
function expectLastAnswer({ frames }: ModelStream, answers: readonly ModelFrame[]): void {
  const own = frames.filter(({ streamId }) => streamId === LAST_STREAM_ID);
  if (own.length !== 1 || !own[0]?.bytes.equals(lastCall())) return;
  const last = answers.filter(({ streamId }) => streamId === LAST_STREAM_ID);
  assert(
    last.some(({ data }) => data.equals(LAST_ANSWER)),
    'the last call has its answer',
  );
}

/** A request that is no message is answered with a status, wherever its stream id tells which answer that is. */
function expectRefusals({ frames }: ModelStream, answers: readonly ModelFrame[]): void {
  const counts = new Map<number, number>();
  for (const { streamId } of frames) counts.set(streamId, (counts.get(streamId) ?? 0) + 1);
  const isRefused = new Map(answers.map(({ streamId, data }) => [streamId, fieldOf(data, 1).length > 0]));
  for (const { type, streamId, data, isTooLarge } of frames) {
    const isBad = isTooLarge || isMalformed(data);
    if (type === REQUEST && isBad && counts.get(streamId) === 1)
      assert(isRefused.get(streamId), 'was not refused');
  }
}

/** The corpus has a `State` of the container `fuzz`. */
function lastCall(): Buffer {
  const state = corpus('requests').find(({ name }) => name === 'State');
  assert(state);
  return frameOf(LAST_STREAM_ID, REQUEST, state.bytes.subarray(10));
}

/** The streams that must have an answer: that of each request, and of each message on one that was not opened. */
function requestsIn({ frames }: ModelStream): number[] {
  let highest = 0;
  return frames.flatMap(({ type, streamId }) => {
    const isAnswered = type === REQUEST || (type === DATA && streamId > highest);
    if (type === REQUEST) highest = Math.max(highest, streamId);
    return isAnswered ? [streamId] : [];
  });
}

function take(ids: number[], id: number): boolean {
  const index = ids.indexOf(id);
  if (index >= 0) ids.splice(index, 1);
  return index >= 0;
}
