import { strict as assert } from 'node:assert';
import { CreateTaskRequest, StateRequest, WaitRequest } from '@shimwright/shim-api';
import type { AttackedServer } from './attacked-server.ts';
import {
  DATA,
  frameOf,
  MAX_DATA_BYTES,
  type ModelFrame,
  REMOTE_CLOSED,
  REMOTE_OPEN,
  REQUEST,
} from './frame-model.ts';
import { fieldOf } from './protobuf-model.ts';
import { RawConnection } from './raw-connection.ts';
import { StreamsDefinition } from './streams-service.ts';

const SERVICE = 'containerd.runtime.linux.shim.v1.Shim';
const STREAMS = StreamsDefinition.fullName;
const MIB = 1024 * 1024;

/** What a bomb is given. */
interface BombSite {
  /** How many large requests it sends on each connection. */
  readonly calls: number;
  /** As many connections as it asks for; all of them are closed after it. */
  connect(count: number): Promise<readonly RawConnection[]>;
  /** Makes sure that a client that behaves is answered. */
  check(): Promise<void>;
  /** Calls in the server that wait for the end of their connection. */
  atWork(): Promise<number>;
}

/** Attacks on a server that need a plan more than chance; each gives the number of frames it sent. */
const BOMBS: Readonly<Record<string, (site: BombSite) => Promise<number>>> = {
  'frames of 4 MiB of which only the header comes': async (site) => {
    const connections = await site.connect(200);
    for (const one of connections) one.send(header(1, MAX_DATA_BYTES));
    await site.check();
    return connections.length;
  },

  'frames of 4 GiB, which are refused at their header': async (site) => {
    const connections = await site.connect(50);
    for (const one of connections) one.send(Buffer.concat([header(1, 0xffff_ffff), Buffer.alloc(MIB)]));
    for (const one of connections) await one.until(() => one.answers().length === 1, 'the refusal');
    await site.check();
    return connections.length;
  },

  'requests that hold messages without end': (site) =>
    eachRefused(site, requestOf('Create', filled(Buffer.of(0x22, 2, 0x22, 0)))),

  'requests that hold texts without end': (site) =>
    eachAnswered(site, 4, site.calls, requestOf('Create', field(4, filled(Buffer.of(0x22, 2, 0x61, 0x62))))),

  'requests with metadata without end': (site) =>
    eachRefused(site, Buffer.concat([requestOf('State', Buffer.alloc(0)), filled(Buffer.of(0x2a, 0))])),

  'empty frames': (site) => eachAnswered(site, 1, 10_000 * site.calls, Buffer.alloc(0)),

  'answers of 1 MiB that nobody reads': async (site) => {
    const connections = await site.connect(10);
    const request = requestOf('State', StateRequest.encode({ id: 'much' }).finish());
    for (const one of connections) {
      one.pause();
      for (let call = 0; call < 200; call++) one.send(frameOf(2 * call + 1, REQUEST, request));
    }
    await site.check();
    return connections.length * 200;
  },

  'calls that never end': async (site) => {
    const connections = await site.connect(10);
    const request = requestOf('Wait', WaitRequest.encode({ id: 'for ever' }).finish());
    for (const one of connections) {
      for (let call = 0; call < 3000; call++) one.send(frameOf(2 * call + 1, REQUEST, request));
    }
    while ((await site.atWork()) < connections.length * 1024) await site.check();
    assert.equal(await site.atWork(), connections.length * 1024, 'the 1024 calls that a connection may have');
    return connections.length * 3000;
  },

  'large requests whose calls never end': async (site) => {
    const connections = await site.connect(10);
    const wait = Buffer.from(WaitRequest.encode({ id: 'for ever' }).finish());
    const request = requestOf('Wait', Buffer.concat([wait, field(15, Buffer.alloc(3 * MIB))]));
    for (const one of connections) {
      for (let call = 0; call < 8; call++) one.send(frameOf(2 * call + 1, REQUEST, request));
    }
    while ((await site.atWork()) < connections.length * 3) await site.check();
    assert.equal(await site.atWork(), connections.length * 3, 'the 8 MiB that a connection may hold');
    return connections.length * 8;
  },

  'streams that are opened and never end': async (site) => {
    const connections = await site.connect(10);
    const request = requestOf('Leave', Buffer.alloc(0), STREAMS);
    for (const one of connections) {
      for (let call = 0; call < 3000; call++) one.send(openFrame(2 * call + 1, request));
    }
    while ((await site.atWork()) < connections.length * 1024) await site.check();
    assert.equal(await site.atWork(), connections.length * 1024, 'the 1024 calls that a connection may have');
    for (const one of connections) await one.until(() => one.answers().length === 1976, 'the refusals');
    return connections.length * 3000;
  },

  'messages of streams that nobody reads': async (site) => {
    const connections = await site.connect(10);
    const request = requestOf('Leave', Buffer.alloc(0), STREAMS);
    const message = StateRequest.encode({ id: 'x'.repeat(MIB) }).finish();
    for (const one of connections) {
      for (let stream = 0; stream < 4; stream++) one.send(openFrame(2 * stream + 1, request));
      for (let turn = 0; turn < 40; turn++) {
        for (let stream = 0; stream < 4; stream++) one.send(frameOf(2 * stream + 1, DATA, message));
      }
    }
    await site.check();
    for (const one of connections) await one.until(() => one.answers().length > 0, 'the end of a stream');
    return connections.length * 164;
  },

  'empty messages of streams without end': async (site) => {
    const connections = await site.connect(4);
    const request = requestOf('Leave', Buffer.alloc(0), STREAMS);
    const empty = Buffer.alloc(100_000 * 10, frameOf(1, DATA, Buffer.alloc(0)));
    for (const one of connections) {
      one.send(openFrame(1, request));
      for (let turn = 0; turn < 4; turn++) one.send(empty);
    }
    await site.check();
    for (const one of connections) await one.until(() => one.answers().length > 0, 'the end of a stream');
    return connections.length * 400_000;
  },

  'streams of answers that nobody reads': async (site) => {
    const connections = await site.connect(10);
    const request = requestOf('Count', StateRequest.encode({ id: '1000000000' }).finish(), STREAMS);
    for (const one of connections) {
      one.pause();
      for (let call = 0; call < 100; call++) {
        one.send(frameOf(2 * call + 1, REQUEST, request, request.length, REMOTE_CLOSED));
      }
    }
    await site.check();
    return connections.length * 100;
  },

  'a request that comes byte by byte': async (site) => {
    const [connection] = await site.connect(1);
    const frame = frameOf(1, REQUEST, requestOf('State', Buffer.alloc(0)));
    for (const byte of frame) {
      connection?.send(Buffer.of(byte));
      await site.check();
    }
    await connection?.until(() => connection.answers().length === 1, 'the answer');
    return 1;
  },

  'connections that go within a frame': async (site) => {
    const part = frameOf(1, REQUEST, requestOf('State', Buffer.alloc(MIB))).subarray(0, MIB / 2);
    for (let turn = 0; turn < 20; turn++) {
      for (const one of await site.connect(50)) {
        one.send(part.subarray(0, turn * turn * turn));
        one.close();
      }
    }
    await site.check();
    return 1000;
  },

  'connections that go before their answer': async (site) => {
    const create = CreateTaskRequest.encode(CreateTaskRequest.create({ id: 'a' })).finish();
    const much = requestOf('State', StateRequest.encode({ id: 'much' }).finish());
    for (let turn = 0; turn < 20; turn++) {
      for (const one of await site.connect(10)) {
        one.send(frameOf(1, REQUEST, requestOf('Create', create)));
        one.send(frameOf(3, REQUEST, much));
        if (turn % 2 === 0) await one.until(() => one.answers().length > 0 || one.isOver, 'an answer');
        one.close();
      }
    }
    await site.check();
    return 400;
  },
};

/** All that the process of the server may have: its heap, 28 MiB for each of ten connections, Node itself, and some air. */
const MAX_PEAK_BYTES = 640 * MIB;

/**
 * Throws each bomb at the server. A client that behaves is answered meanwhile; afterwards nothing of it is left, and the
 * server never held more than it may.
 *
 * @param calls how many large requests a bomb sends on each connection.
 * @returns how many frames that was.
 */
export async function attackServerWithBombs(server: AttackedServer, calls: number): Promise<number> {
  const before = await server.state();
  let frames = 0;
  for (const [name, bomb] of Object.entries(BOMBS)) {
    const connections: RawConnection[] = [];
    const connect = async (count: number) => {
      const made = await Promise.all(Array.from({ length: count }, () => RawConnection.to(server.socket)));
      connections.push(...made);
      return made;
    };
    const atWork = async () => (await server.state()).atWork;
    frames += await bomb({ calls, connect, atWork, check: () => server.check() }).catch((cause) => {
      throw new Error(name, { cause });
    });
    for (const one of connections) one.close();
    await server.expectAsBefore(before, name);
  }
  const { peakBytes } = await server.state();
  assert(peakBytes < MAX_PEAK_BYTES, `the server needed ${peakBytes} bytes`);
  return frames;
}

async function eachAnswered(
  site: BombSite,
  connectionCount: number,
  calls: number,
  request: Buffer,
): Promise<number> {
  await answersTo(site, connectionCount, calls, request);
  return connectionCount * calls;
}

async function eachRefused(site: BombSite, request: Buffer): Promise<number> {
  const answers = await answersTo(site, 4, site.calls, request);
  for (const { data } of answers) assert(fieldOf(data, 1).length > 0, 'was not refused');
  return answers.length;
}

async function answersTo(
  site: BombSite,
  connectionCount: number,
  calls: number,
  request: Buffer,
): Promise<readonly ModelFrame[]> {
  const connections = await site.connect(connectionCount);
  for (const one of connections) {
    for (let call = 0; call < calls; call++) one.send(frameOf(2 * call + 1, REQUEST, request));
  }
  await site.check();
  for (const one of connections) await one.until(() => one.answers().length === calls, `${calls} answers`);
  return connections.flatMap((one) => one.answers());
}

/** As much as fits into a frame beside the names of service and method. */
function filled(pattern: Buffer): Buffer {
  return Buffer.alloc(MAX_DATA_BYTES - 1024 - (MAX_DATA_BYTES % pattern.length), pattern);
}

/** A request whose client goes on sending. */
function openFrame(streamId: number, request: Buffer): Buffer {
  return frameOf(streamId, REQUEST, request, request.length, REMOTE_OPEN);
}

function header(streamId: number, claimedLength: number): Buffer {
  return frameOf(streamId, REQUEST, Buffer.alloc(0), claimedLength);
}

/** The data of a request. */
export function requestOf(method: string, payload: Uint8Array, service = SERVICE): Buffer {
  return Buffer.concat([field(1, Buffer.from(service)), field(2, Buffer.from(method)), field(3, payload)]);
}

function field(number: number, content: Uint8Array): Buffer {
  const length = [0, 7, 14, 21].map(
    (shift, index) => ((content.length >>> shift) & 127) | (index < 3 ? 128 : 0),
  );
  return Buffer.concat([Buffer.of((number << 3) | 2, ...length), content]);
}
