import path from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildGo } from '../../../tools/go.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { decodeRequest, decodeResponse } from '../src/envelope.ts';
import { statusName } from '../src/status.ts';
import { bytesField, numberField, textField } from '../src/wire.ts';

const SOURCE = path.join(import.meta.dirname, '../../../tools/go-ttrpc');
const RUNS = 3000;

const text = fc.string({ unit: 'grapheme', maxLength: 5 }).filter((one) => one.isWellFormed());
const bytes = fc.uint8Array({ maxLength: 5 }).map((array) => Buffer.from(array));

/** Fields in any order and number, as protobuf allows it. */
const messageOf = (...fields: readonly fc.Arbitrary<Buffer>[]) =>
  fc.array(fc.oneof(...fields), { maxLength: 6 }).map((all) => Buffer.concat(all));
const textOf = (field: number) => text.map((one) => textField(field, one));
const bytesOf = (field: number) => bytes.map((one) => bytesField(field, one));
const numberOf = (field: number, max: number) => fc.nat({ max }).map((one) => numberField(field, one));
const within = (field: number, message: fc.Arbitrary<Buffer>) => message.map((one) => bytesField(field, one));

/** Fields that nobody knows: numbers, bytes, eight and four bytes, and groups of such. */
const unknown = fc.letrec<{ field: Buffer }>((tie) => ({
  field: fc.oneof(
    { maxDepth: 3 },
    numberOf(14, 2 ** 31 - 1),
    bytesOf(15),
    bytes.map((one) => Buffer.concat([Buffer.of(0x71), Buffer.alloc(8, one.length)])),
    bytes.map((one) => Buffer.concat([Buffer.of(0x75), Buffer.alloc(4, one.length)])),
    fc
      .array(tie('field'), { maxLength: 3 })
      .map((all) => Buffer.concat([Buffer.of(0x73), ...all, Buffer.of(0x74)])),
  ),
})).field;

const request = messageOf(
  textOf(1),
  textOf(2),
  bytesOf(3),
  numberOf(4, Number.MAX_SAFE_INTEGER),
  within(5, messageOf(textOf(1), textOf(2), unknown)),
  unknown,
);
const detail = messageOf(textOf(1), bytesOf(2), unknown);
const status = messageOf(numberOf(1, 20), textOf(2), within(3, detail), unknown);
const response = messageOf(within(1, status), bytesOf(2), unknown);

/** What Go reads in the messages. */
async function goReads(kind: string, messages: readonly Buffer[]): Promise<unknown[]> {
  const input = messages.map((message) => `${kind} ${message.toString('hex')}`).join('\n');
  const { stdout } = await execa(await buildGo(SOURCE), ['decode'], { input });
  return stdout.split('\n').map((line) => JSON.parse(line));
}

/** Two messages one after the other, which is what protobuf calls merging them. */
const merged = (message: fc.Arbitrary<Buffer>) =>
  fc.sample(fc.tuple(message, message), { numRuns: RUNS, seed: 1 }).map((pair) => Buffer.concat(pair));

describe('what protobuf says of fields that are given twice, and are not known', () => {
  needs('command go');

  test('Go reads in requests as we do', async () => {
    const messages = merged(request);
    const ours = messages.map((message) => {
      const { payload, metadata, ...rest } = decodeRequest(message);
      const values = Object.entries(metadata).map(([key, all]) => [key, [...all]]);
      return { ...rest, payload: payload.toString('hex'), metadata: Object.fromEntries(values) };
    });
    const theirs = (await goReads('request', messages)) as { metadata: [string, string][] }[];
    expect(ours).toEqual(theirs.map((one) => ({ ...one, metadata: grouped(one.metadata) })));
  });

  test('Go reads in responses as we do', async () => {
    const messages = merged(response);
    const ours = messages.map((message) => {
      const { error, payload } = decodeResponse(message);
      const details = error?.details.map(({ typeUrl, value }) => [
        typeUrl,
        Buffer.from(value).toString('hex'),
      ]);
      const said = error && { status: error.status, message: error.message, details };
      return { ...said, payload: payload.toString('hex') };
    });
    const theirs = (await goReads('response', messages)) as { code: number; payload: string }[];
    expect(ours).toEqual(
      theirs.map(({ code, payload, ...rest }) =>
        code === 0 ? { payload } : { ...rest, status: statusName(code), payload },
      ),
    );
  });
});

function grouped(entries: readonly (readonly [string, string])[]): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of entries) groups.set(key, [...(groups.get(key) ?? []), value]);
  return Object.fromEntries(groups);
}
