import fc from 'fast-check';
import { attackClient, HostileServer, WAITING_CALLS } from './attack-client.ts';
import { attackCodecs } from './attack-codecs.ts';
import { attackServer, attackStreams } from './attack-server.ts';
import { AttackedServer } from './attacked-server.ts';
import { type CorpusName, corpus, corpusLine } from './corpus.ts';
import { usedBytes } from './held-bytes.ts';
import { type HostileStream, hostileConversations, hostileMessage, hostileStream } from './hostile-bytes.ts';
import { HUNG_MS } from './hung.ts';
import { attackCodecsWithBombs } from './message-bombs.ts';
import { attackServerWithBombs } from './server-bombs.ts';
import { STREAM_MESSAGES, STREAM_REQUESTS } from './stream-samples.ts';
import { Watchdog } from './watchdog.ts';

/** How much is to be done, and from which seed. */
export interface FuzzPlan {
  /** What makes the run what it is: the same seed gives the same bytes. */
  readonly seed: number;
  /** Frames to the server. */
  readonly serverFrames: number;
  /** Frames to the client. */
  readonly clientFrames: number;
  /** Byte sequences that are read as each message. */
  readonly messages: number;
  /** The size of the messages that are made for their size in memory. */
  readonly bombBytes: number;
  /** How many large requests a bomb sends on each connection. */
  readonly bombCalls: number;
}

/** What may be in use in the end beyond what was at the beginning. */
const MAX_LEFT_BYTES = 48 * 1024 * 1024;

const ROUND_RUNS = 500;

/** More than a round takes; what makes the other side hang is made smaller for so long. */
const MAX_ROUND_MS = 4 * HUNG_MS;
const MIB = 1024 * 1024;

type Log = (line: string) => void;

/**
 * Attacks the server, the client and the codecs, each with the corpus as it stands, with what chance makes of it, and
 * with what was thought up; `log` is told what was done.
 *
 * @throws {Error} with the bytes, as a line for the corpus, when one of them does not what it should.
 */
export async function fuzz(plan: FuzzPlan, log: Log): Promise<void> {
  await using watchdog = new Watchdog();
  log(`seed ${plan.seed}`);
  await fuzzServer(plan, watchdog, log);
  await fuzzClient(plan, watchdog, log);
  fuzzCodecs(plan, watchdog, log);
}

async function fuzzServer(plan: FuzzPlan, watchdog: Watchdog, log: Log): Promise<void> {
  await using server = await AttackedServer.start();
  const attack = async (stream: HostileStream) => {
    watchdog.beat(Buffer.alloc(0)); // it is the other process that may hang, which the client that behaves tells
    const frames = await attackServer(server.socket, stream);
    await server.check();
    return frames;
  };
  const before = await server.state();
  const clock = startClock();
  const rising = fc.constant((position: number) => 2 * position + 1);
  const streams = hostileStream('requests', 300, rising);
  const frames = await rounds('requests', plan.seed, plan.serverFrames, streams, attack);
  log(`server: ${clock(frames, 'frames')}, ${server.goodCalls} calls of a good client meanwhile`);
  await server.expectAsBefore(before, 'the attacks');
  await fuzzStreams(server, plan, watchdog, log);
  await server.expectAsBefore(before, 'the attacks with streams');

  const bombClock = startClock();
  const bombs = await attackServerWithBombs(server, plan.bombCalls);
  const { peakBytes } = await server.state();
  log(`server bombs: ${bombClock(bombs, 'frames')}, at most ${inMiB(peakBytes)} in the process`);
}

async function fuzzStreams(
  server: AttackedServer,
  plan: FuzzPlan,
  watchdog: Watchdog,
  log: Log,
): Promise<void> {
  const attack = async (stream: HostileStream) => {
    watchdog.beat(Buffer.alloc(0));
    const frames = await attackStreams(server.socket, stream);
    await server.check();
    return frames;
  };
  const clock = startClock();
  const conversations = hostileConversations(200, STREAM_REQUESTS, STREAM_MESSAGES);
  const frames = await rounds('streams', plan.seed, plan.serverFrames / 2, conversations, attack);
  log(`server, streams: ${clock(frames, 'frames')}`);
}

async function fuzzClient(plan: FuzzPlan, watchdog: Watchdog, log: Log): Promise<void> {
  await using server = await HostileServer.start();
  const attack = async (stream: HostileStream) => {
    watchdog.beat(Buffer.concat(stream.pieces));
    return attackClient(server, stream);
  };
  const before = usedBytes();
  const clock = startClock();
  const ids = fc.nat({ max: WAITING_CALLS - 1 }).map((index) => () => 2 * index + 1);
  const streams = hostileStream('responses', 24, ids);
  const frames = await rounds('responses', plan.seed, plan.clientFrames, streams, attack);
  log(`client: ${clock(frames, 'frames')}, ${server.goodCalls} calls to a good server meanwhile`);
  expectMemory(before);
}

function fuzzCodecs(plan: FuzzPlan, watchdog: Watchdog, log: Log): void {
  let decoded = 0;
  const attack = (bytes: Buffer) => {
    watchdog.beat(bytes);
    decoded += attackCodecs(bytes);
  };
  const before = usedBytes();
  const clock = startClock();
  for (const { bytes } of corpus('messages')) attack(bytes);
  const details = fc.check(fc.property(hostileMessage(), attack), {
    seed: plan.seed,
    numRuns: plan.messages,
  });
  if (details.failed)
    throw failure('messages', plan.seed, details.counterexample?.[0], details.errorInstance);
  log(`messages: ${clock(decoded, 'decoded')}, from ${plan.messages} byte sequences`);
  expectMemory(before);

  const bombClock = startClock();
  const { bombs, takenBytes } = attackCodecsWithBombs(plan.bombBytes, (bytes) => watchdog.beat(bytes));
  log(`message bombs: ${bombClock(bombs, 'decoded')}, at most ${inMiB(takenBytes)} for one`);
}

/** The corpus as it stands, as what failed once is in it; then what chance makes of it, until there were so many frames. */
async function rounds(
  name: CorpusName,
  seed: number,
  wantedFrames: number,
  streams: fc.Arbitrary<HostileStream>,
  attack: (stream: HostileStream) => Promise<number>,
): Promise<number> {
  let frames = 0;
  for (const { bytes } of corpus(name)) frames += await attack({ pieces: [bytes], cuts: [] });
  const property = fc.asyncProperty(streams, async (stream) => {
    if (frames < wantedFrames) frames += await attack(stream);
  });
  // In rounds, as fast-check remembers every run.
  for (let round = 0; frames < wantedFrames; round++) {
    const details = await fc.check(property, {
      seed: seed + round,
      numRuns: ROUND_RUNS,
      interruptAfterTimeLimit: MAX_ROUND_MS,
      markInterruptAsFailure: true,
    });
    const pieces = details.counterexample?.[0].pieces ?? [];
    if (details.failed) throw failure(name, seed, Buffer.concat(pieces), details.errorInstance);
  }
  return frames;
}

function failure(name: CorpusName, seed: number, bytes: Buffer | undefined, cause: unknown): Error {
  const line = corpusLine({ name: 'found', bytes: bytes ?? Buffer.alloc(0) });
  return new Error(`${String(cause)}\nseed ${seed}; for corpus/${name}.txt:\n${line}`, { cause });
}

function expectMemory(before: number): void {
  const left = usedBytes() - before;
  if (left > MAX_LEFT_BYTES) throw new Error(`${inMiB(left)} of memory are left`);
}

function startClock(): (count: number, unit: string) => string {
  const startedAt = performance.now();
  return (count, unit) => {
    const seconds = (performance.now() - startedAt) / 1e3;
    return `${count} ${unit} in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} a second`;
  };
}

function inMiB(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
