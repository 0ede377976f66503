import { closeSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { sandbox } from '../../../tools/testing/sandbox.ts';
import { socketPair } from '../../../tools/testing/socket-pair.ts';
import { duplicateDescriptor, receiveMessage, setNonBlocking } from '../../linux-native/src/index.ts';
import { OpenCalls } from '../src/v2/keeper/open-calls.ts';
import { RecordedStream } from '../src/v2/keeper/recorded-stream.ts';

const REQUEST = 1;
const RESPONSE = 2;
const CONNECTION = 1;

describe('a connection whose calls are noted', () => {
  needs('linux');

  test('loses none to a kill before it is taken from the socket, nor has it twice', async () => {
    const { client, file } = await place();
    writeSync(client.there, frame(1, REQUEST, 'first'));
    calls(file).taking(CONNECTION, frame(1, REQUEST, 'first')); // and there it was killed
    expect(await client.received(calls(file))).toEqual(['first']);
  });

  test('loses none to a kill after it was taken', async () => {
    const { client, file } = await place();
    writeSync(client.there, frame(1, REQUEST, 'first'));
    calls(file).taking(CONNECTION, frame(1, REQUEST, 'first'));
    receiveMessage(client.here);
    writeSync(client.there, frame(3, REQUEST, 'second'));
    expect(await client.received(calls(file))).toEqual(['first', 'second']);
  });

  test('has a call again that was not answered, and one that had come in part', async () => {
    const { client, file } = await place();
    const [start, end] = [
      frame(5, REQUEST, 'third').subarray(0, 13),
      frame(5, REQUEST, 'third').subarray(13),
    ];
    const all = [frame(1, REQUEST, 'first'), frame(3, REQUEST, 'second'), start];
    writeSync(client.there, Buffer.concat(all));
    expect(await client.received(calls(file), frame(1, RESPONSE, ''))).toEqual(['first', 'second']);
    writeSync(client.there, end);
    expect(await client.received(calls(file))).toEqual(['second', 'third']);
  });
});

const calls = (file: string) => new OpenCalls(file, (message) => expect.fail(message));

/** A connection that outlives those who read from it, and where its calls are noted. */
async function place() {
  const { base } = await sandbox();
  const [here, there] = socketPair();
  setNonBlocking(here, true); // as the server's sockets are
  onTestFinished(() => [here, there].forEach((fd) => void closeSync(fd)));

  /** The requests that a process receives until nothing more comes; it sends its answer, and is killed. */
  const received = async (open: OpenCalls, answer?: Buffer) => {
    // What it holds is closed as a kill closes it: nothing is noted any more.
    const copy = duplicateDescriptor(here);
    const socket = new Socket({ fd: copy, readable: false, writable: true });
    const stream = new RecordedStream(socket, copy, open, CONNECTION);
    let bytes = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
    });
    if (answer) {
      await expect.poll(() => bytes.length).toBeGreaterThan(0);
      await new Promise<unknown>((resolve) => void stream.write(answer, resolve));
    }
    let before = -1;
    while (before !== bytes.length) {
      before = bytes.length;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    open.end = () => {};
    stream.destroy();
    return textsOf(bytes);
  };
  return { client: { here, there, received }, file: path.join(base, 'calls') };
}

/** A frame of ttrpc: the length of its message, its stream, its type and flags, its message. */
function frame(stream: number, type: number, text: string): Buffer {
  const header = Buffer.alloc(10);
  header.writeUInt32BE(Buffer.byteLength(text), 0);
  header.writeUInt32BE(stream, 4);
  header[8] = type;
  return Buffer.concat([header, Buffer.from(text)]);
}

/** What is in the frames that are whole. */
function textsOf(bytes: Buffer): string[] {
  if (bytes.length < 10) return [];
  const end = 10 + bytes.readUInt32BE(0);
  if (bytes.length < end) return [];
  return [bytes.subarray(10, end).toString(), ...textsOf(bytes.subarray(end))];
}
