import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flags } from '../calls/flags.ts';
import { lastError, parseLog, plainText } from '../failures/runtime-log.ts';
import { parsePids, parseState, parseStates } from './container-state.ts';
import { parseFeatures, type RuntimeFeatures } from './runtime-features.ts';
import { parseVersion } from './runtime-version.ts';

const STATE = { id: 'web', pid: 7, status: 'running', bundle: '/b' };

test('the version of runc and of crun is read', () => {
  expect(parseVersion('runc version 1.1.5+ds1\ncommit: 1.1.5+ds1-1\nspec: 1.0.2-dev\ngo: go1.19.8')).toEqual({
    name: 'runc',
    version: '1.1.5+ds1',
    spec: '1.0.2-dev',
    commit: '1.1.5+ds1-1',
  });
  expect(
    parseVersion('crun version 1.8.1\ncommit: f8a096\nrundir: /run/crun\nspec: 1.0.0\n+SYSTEMD'),
  ).toEqual({
    name: 'crun',
    version: '1.8.1',
    spec: '1.0.0',
    commit: 'f8a096',
  });
  expect(() => parseVersion('hello')).toThrow(TypeError);
});

test('a list without entries is empty, in the words of both runtimes', () => {
  expect(parseStates('null')).toEqual([]);
  expect(parseStates('[\n\n]')).toEqual([]);
  expect(parsePids('null')).toEqual([]);
});

test('a state has what every runtime gives, and what else there is', () => {
  expect(parseState(JSON.stringify(STATE))).toEqual({ ...STATE, annotations: {} });
  expect(parseState(JSON.stringify({ ...STATE, owner: 'root', annotations: { a: 'b' }, more: 1 }))).toEqual({
    ...STATE,
    owner: 'root',
    annotations: { a: 'b' },
  });
});

test('any other JSON is an error, never a wrong answer', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      for (const parse of [parseState, parseFeatures]) expect(() => parse(json)).toThrow();
      if (JSON.parse(json) === null || (Array.isArray(JSON.parse(json)) && JSON.parse(json).length === 0))
        return;
      expect(() => parseStates(json)).toThrow();
    }),
  );
  expect(() => parsePids('[1, "2"]')).toThrow(TypeError);
});

test('nothing of a log is lost, whatever its lines are', () => {
  const withoutBlanks = (texts: readonly string[]) => texts.join('').replace(/\s/g, '');
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('{', '}', '"', 'x', '\n') }))),
      (lines) => {
        const said = parseLog(lines.join('\n')).map(({ message }) => message);
        expect(withoutBlanks(said)).toBe(withoutBlanks(lines));
      },
    ),
  );
});

test('the last error counts, and a warning is none', () => {
  const entry = (level: string, msg: string) => JSON.stringify({ level, msg });
  const log = [entry('error', 'first'), entry('fatal', 'second '), entry('warning', 'third'), 'fourth'];
  expect(lastError(parseLog(log.join('\n')))).toBe('second');
  expect(lastError(parseLog(entry('warning', 'only')))).toBeUndefined();
});

test('an entry of a log may be spread over lines, and share one with others', () => {
  const first = { level: 'error', msg: 'a { brace \\" and }', time: '2026-01-01T00:00:00Z' };
  const second = { msg: 'second', nested: { msg: 'no' }, level: 'WARN' };
  const texts = [first, second].flatMap((each) => [JSON.stringify(each), JSON.stringify(each, null, 2)]);
  for (const separator of ['', '\n', ' ', '\r\n\n']) {
    expect(parseLog(texts.join(separator))).toEqual(
      [first, first, second, second].map(({ level, msg, ...more }) => ({
        level: level.toLowerCase(),
        message: msg,
        time: 'time' in more ? more.time : undefined,
      })),
    );
  }
});

test('any entries are read, in any layout', () => {
  const entries = fc.array(fc.record({ level: fc.constant('error'), msg: fc.string(), time: fc.string() }));
  fc.assert(
    fc.property(
      entries,
      fc.constantFrom(undefined, 1, '\t'),
      fc.constantFrom('', '\n', ' \n\n'),
      (all, indent, between) => {
        const text = all.map((each) => JSON.stringify(each, null, indent)).join(between);
        expect(parseLog(text)).toEqual(all.map(({ level, msg, time }) => ({ level, message: msg, time })));
      },
    ),
  );
});

test('the loggers of Go and Rust are read as well', () => {
  expect(
    parseLog(
      '{"time":"t","level":"ERROR","message":"slog"}{"timestamp":"t","level":"ERROR","fields":{"message":"tracing"}}',
    ),
  ).toEqual([
    { level: 'error', message: 'slog', time: 't' },
    { level: 'error', message: 'tracing', time: 't' },
  ]);
});

test('an object without a message is kept as it is, and what does not end is plain text', () => {
  expect(parseLog('{"a":1}\n{"level":"error","msg":"x"}\n{"level":"error","msg":"cut')).toEqual([
    { level: 'unknown', message: '{"a":1}', time: undefined },
    { level: 'error', message: 'x', time: undefined },
    { level: 'unknown', message: '{"level":"error","msg":"cut' },
  ]);
  expect(plainText(parseLog('one\n{"level":"error","msg":"x"}'))).toBe('one\n{"level":"error","msg":"x"}');
  expect(plainText(parseLog('{"level":"error","msg":"x"}'))).toBeUndefined();
  expect(plainText([])).toBeUndefined();
});

test('a flag and its value are one word', () => {
  expect(
    flags({ bundle: '-x', detach: true, keep: false, 'pid-file': undefined, env: ['A=b', 'C='] }),
  ).toEqual(['--bundle=-x', '--detach', '--env=A=b', '--env=C=']);
});

test('the features of runtime-spec 1.3 are told as the runtime says them', () => {
  const linux = {
    intelRdt: { enabled: true, schemata: true, monitoring: false },
    memoryPolicy: { modes: ['MPOL_BIND'], flags: ['MPOL_F_STATIC_NODES'] },
    netDevices: { enabled: true },
  };
  const text = JSON.stringify({ ociVersionMin: '1.0.0', ociVersionMax: '1.3.0', linux });
  expect(parseFeatures(text).linux satisfies RuntimeFeatures['linux']).toEqual(linux);
});
