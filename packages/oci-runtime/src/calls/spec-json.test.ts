import { expect, test } from 'vitest';
import { processJson, resourcesJson } from './spec-json.ts';
import type { ProcessSpec, Resources } from './specs.ts';

const process = { args: ['true'], cwd: '/' };
const asProcess = (part: unknown) => ({ ...process, ...(part as object) }) as ProcessSpec;

test('a process is written with its limits, "unlimited" as setrlimit(2) has it', () => {
  const rlimits = [
    { type: 'RLIMIT_CORE', soft: 0, hard: 18446744073709551615n },
    { type: 'RLIMIT_FSIZE', soft: 9007199254740993n, hard: 'unlimited' },
  ] as const;
  expect(processJson({ ...process, rlimits })).toBe(
    '{"args":["true"],"cwd":"/","rlimits":[{"type":"RLIMIT_CORE","soft":0,"hard":18446744073709551615},' +
      '{"type":"RLIMIT_FSIZE","soft":9007199254740993,"hard":18446744073709551615}]}',
  );
});

test('what is not known of a process is passed on', () => {
  expect(processJson(asProcess({ later: { n: 2n ** 60n, none: undefined } }))).toBe(
    '{"args":["true"],"cwd":"/","later":{"n":1152921504606846976}}',
  );
});

test.each([
  [
    'a hard limit that is not exact',
    { rlimits: [{ type: 'RLIMIT_CORE', soft: 0, hard: 18446744073709552000 }] },
  ],
  ['a soft limit of NaN', { rlimits: [{ type: 'RLIMIT_CORE', soft: Number.NaN, hard: 1 }] }],
  ['a negative limit', { rlimits: [{ type: 'RLIMIT_CORE', soft: -1, hard: -1 }] }],
  ['a limit that is a text', { rlimits: [{ type: 'RLIMIT_CORE', soft: '1', hard: '2' }] }],
  ['a limit that is missing', { rlimits: [{ type: 'RLIMIT_CORE', soft: 1 }] }],
  ['a limit without a type', { rlimits: [{ soft: 1, hard: 1 }] }],
  ['limits that are no list', { rlimits: { type: 'RLIMIT_CORE', soft: 1, hard: 1 } }],
  ['no command', { args: [] }],
  ['a command that is a text', { args: 'true' }],
  ['a word that is none', { args: ['true', 1] }],
  ['a word with a NUL', { args: ['true', '\0'] }],
  ['no directory', { cwd: undefined }],
  ['a variable with a NUL', { env: ['A=\0'] }],
  ['an environment that is an object', { env: { A: 'b' } }],
  ['an id of NaN', { user: { uid: Number.NaN, gid: 0 } }],
  ['a fraction', { oomScoreAdj: 0.5 }],
])('a process with %s is refused', (_, part) => {
  expect(() => processJson(asProcess(part))).toThrow(
    expect.objectContaining({ code: 'ERR_RUNTIME_ARGUMENT' }),
  );
});

test('what makes an object of itself is that object', () => {
  const limits = { toJSON: () => ({ pids: { limit: 'unlimited' } }) } as unknown as Resources;
  expect(resourcesJson(limits)).toBe('{"pids":{"limit":-1}}');
  expect(processJson({ toJSON: () => process } as unknown as ProcessSpec)).toBe(
    '{"args":["true"],"cwd":"/"}',
  );
  class Memory {
    toJSON() {
      return { limit: 'unlimited' };
    }
  }
  expect(resourcesJson({ memory: new Memory() } as unknown as Resources)).toBe('{"memory":{"limit":-1}}');
  const refused = expect.objectContaining({ code: 'ERR_RUNTIME_ARGUMENT' });
  expect(() => resourcesJson({ toJSON: () => 7 } as unknown as Resources)).toThrow(refused);
});

test('a word of a specified command may begin with a dash', () => {
  expect(processJson({ args: ['-x'], cwd: '/' })).toBe('{"args":["-x"],"cwd":"/"}');
});

test('limits are written as they are, and "unlimited" as cgroups have it', () => {
  const resources: Resources = {
    memory: { limit: 'unlimited', swap: -1, reservation: 9223372036854775807n },
    cpu: { quota: 'unlimited', period: 100_000, burst: 1000, idle: 1, shares: 2n },
    pids: { limit: 'unlimited' },
    unified: { 'memory.high': 'max' },
  };
  expect(resourcesJson(resources)).toBe(
    '{"memory":{"limit":-1,"swap":-1,"reservation":9223372036854775807},' +
      '"cpu":{"quota":-1,"period":100000,"burst":1000,"idle":1,"shares":2},' +
      '"pids":{"limit":-1},"unified":{"memory.high":"max"}}',
  );
});

test('what is not known of limits is passed on, and what Go leaves null', () => {
  expect(
    resourcesJson({ memory: null, later: { n: 1 }, devices: [{ allow: false }] } as unknown as Resources),
  ).toBe('{"memory":null,"later":{"n":1},"devices":[{"allow":false}]}');
});

test.each([
  ['a memory limit that is a text', { memory: { limit: '64m' } }],
  ['a memory limit of NaN', { memory: { limit: Number.NaN } }],
  ['a memory limit of Infinity', { memory: { limit: Number.POSITIVE_INFINITY } }],
  ['a memory limit that is not exact', { memory: { limit: 2 ** 63 } }],
  ['a memory limit below none', { memory: { limit: -2 } }],
  ['a fraction of a process', { pids: { limit: 1.5 } }],
  ['a negative share', { cpu: { shares: -1 } }],
  ['a period that is a text', { cpu: { period: '1' } }],
  ['an unlimited period', { cpu: { period: 'unlimited' } }],
  ['an idleness that is a text', { cpu: { idle: 'yes' } }],
  ['a rate that is NaN', { blockIO: { throttleReadBpsDevice: [{ major: 1, minor: 1, rate: Number.NaN }] } }],
])('%s is refused', (_, resources) => {
  expect(() => resourcesJson(resources as Resources)).toThrow(
    expect.objectContaining({ code: 'ERR_RUNTIME_ARGUMENT' }),
  );
});

test.each(['x', 1, null, [], undefined])('%j is no process and no limits', (value) => {
  const refused = expect.objectContaining({ code: 'ERR_RUNTIME_ARGUMENT' });
  expect(() => processJson(value as unknown as ProcessSpec)).toThrow(refused);
  expect(() => resourcesJson(value as unknown as Resources)).toThrow(refused);
});

test.each([
  ['the resources', new Map([['pids', { limit: 7 }]])],
  ['a part of them', { pids: new Map([['limit', 7]]) }],
  ['a part of them in a set', { memory: new Set([7]) }],
  ['a part of them in headers', { memory: new Headers({ limit: '7' }) }],
])('%s in a collection would be no limits, and are refused', (_, resources) => {
  expect(() => resourcesJson(resources as unknown as Resources)).toThrow(
    expect.objectContaining({ code: 'ERR_RUNTIME_ARGUMENT' }),
  );
});
