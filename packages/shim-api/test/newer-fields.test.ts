import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { type Field, schemaOf } from '../../../tools/shim-api/schema.ts';
import { nameHere } from './fixtures/all-codecs.ts';

// The fields of messages that containerd 1.6 has not, or not all of them: from the .proto files of containerd 2.1.9 and of
// its cgroups 3.0.5, and, for the bootstrap of shims, of containerd 2.3.
const recorded: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  await readFile(new URL('newer-fields.json', import.meta.url), 'utf8'),
);
const schema = await schemaOf();

// Messages within the metrics have names of our own, since those of both versions are the same.
const within: Readonly<Record<string, string>> = {
  CPUStat: 'CpuV2',
  MemoryStat: 'MemoryV2',
  IOStat: 'IoV2',
  PSIData: 'PressureTimesV2',
  PSIStats: 'PressureV2',
};

// Enums that are open: any number is one, which an enum of ours could not keep.
const OPEN_ENUMS = ['log_level', 'capabilities'];

test.each(Object.entries(recorded))('%s has the fields of containerd, and no others', (type, fields) => {
  const name = nameHere(type.replace(/(?<=cgroups\.v2\.)\w+$/, (own) => within[own] ?? own));
  const ours = (schema.get(name) ?? []).filter(({ protoName }) => protoName !== 'criu_path'); // until 2.0
  expect(Object.fromEntries(ours.map((field) => [field.protoName, described(field)]))).toEqual(fields);
});

function described({ protoName, number, type, isRepeated }: Field): string {
  const shown = OPEN_ENUMS.includes(protoName) ? 'enum' : type.toLowerCase();
  return `${number} ${shown}${isRepeated ? ' list' : ''}`;
}
