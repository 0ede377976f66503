import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Answers, askGo } from '../../../tools/golden-filters/golden-filters.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { EventExchange } from '../src/index.ts';
import { goldenQuestions } from './fixtures/golden-questions.ts';
import { matchesOf, subscribed, tried } from './fixtures/our-answers.ts';

const recorded: Answers = JSON.parse(await readFile(new URL('golden.json', import.meta.url), 'utf8'));
const { names, envelopes, filters, patterns, texts } = goldenQuestions;

describe('the recorded answers', () => {
  needs('command go');

  test('are still what containerd’s own exchange and filters answer', async () => {
    expect(await askGo(goldenQuestions)).toEqual(recorded);
  });
});

describe('the exchange answers as containerd does', () => {
  test.each(names.map((name, index) => [name, index] as const))('to the name %j', (name, index) => {
    const passes = (namespace: string, topic: string) =>
      tried(() =>
        new EventExchange().forward({
          timestamp: { seconds: 1, nanos: 0 },
          namespace,
          topic,
          event: { typeUrl: '', value: new Uint8Array() },
        }),
      );
    expect(passes(name, '/ok')).toBe(recorded.namespaces[index] ? undefined : 'ERR_EVENT_NAMESPACE');
    expect(passes('ok', name)).toBe(recorded.topics[index] ? undefined : 'ERR_EVENT_TOPIC');
  });

  test.each(filters.map((all, index) => [all, index] as const))('to the filters %j', (all, index) => {
    expect(subscribed(all, envelopes)).toEqual(recorded.filters[index]);
  });

  test.each(patterns.map((pattern, index) => [pattern, index] as const))(
    'to the pattern %j',
    (pattern, index) => {
      expect(matchesOf(pattern, texts)).toEqual(recorded.patterns[index]);
    },
  );
});

describe('what nobody thought of', () => {
  needs('command go');

  test('is a filter to containerd and to us, or to neither, and fails at the same place', async () => {
    const sample = fc.sample(fc.oneof(anyFilter, likelyFilter), 5_000).filter((one) => !isOurs(one));
    const answers = await askGo({ ...goldenQuestions, filters: sample.map((one) => [one]) });
    const given = sample.map((one) => [one, subscribed([one], envelopes)]);
    expect(given).toEqual(sample.map((one, index) => [one, answers.filters[index]]));
  });

  test('matches the same texts in Go’s regular expressions and in ours', async () => {
    const sample = fc.sample(fc.oneof(anyPattern, likelyPattern), 5_000);
    const answers = await askGo({ ...goldenQuestions, filters: [], patterns: sample });
    const given = sample.map((one) => [one, matchesOf(one, texts)]);
    expect(given).toEqual(sample.map((one, index) => [one, answers.patterns[index]]));
  });
});

// The one thing that we take and containerd does not: see the README.
const isOurs = (filter: string) => /[=!]=\p{White_Space}*\//u.test(filter);

const joined = (parts: fc.Arbitrary<readonly string[]>) => parts.map((all) => all.join(''));
const several = (part: fc.Arbitrary<string>, maxLength: number) => joined(fc.array(part, { maxLength }));

const anyFilter = several(
  fc.constantFrom(
    ...[
      'topic',
      'event',
      'container_id',
      'id',
      'web',
      'namespace==default',
      'event.id',
      '.',
      ',',
      '==',
      '!=',
      '~=',
      '=',
      '"',
      '/',
      '|',
      '"web"',
      '"a\\x62"',
      '|a|',
      '/oom/',
      ' ',
      '\t',
      '\\',
      '\\n',
      'é',
      '\ud83d\udc33',
      "'",
      '\u0001',
      '\0',
      '\ufffd',
      '-',
      '\u2003',
      '\n',
    ],
  ),
  9,
);

const anyPattern = several(
  fc.constantFrom(
    ...[
      'a',
      'b',
      'A',
      'web',
      '-',
      '1',
      '.',
      '^',
      '$',
      '|',
      '(',
      ')',
      '(?:',
      '(?i)',
      '(?m',
      '(?s:',
      '(?-i:',
      '(?P<n>',
      '[',
      ']',
      '[^',
      'a-z',
      '[a-z]',
      '\\d',
      '\\W',
      '\\s',
      '\\b',
      '\\B',
      '\\A',
      '\\z',
      '\\pL',
      '\\p{Lu}',
      '\\PL',
      '[:alpha:]',
      '[[:^space:]]',
      '*',
      '+',
      '?',
      '{2}',
      '{1,2}',
      '{0,}',
      '{',
      '}',
      ',',
      '\\',
      '\\x61',
      '\\x{e9}',
      '\\141',
      '\\n',
      '\n',
      '\\Q',
      '\\E',
      'é',
      '\u017f',
      'k',
    ],
  ),
  8,
);

const path = fc.constantFrom(
  'topic',
  'namespace',
  'event.id',
  'event.container_id',
  'event.io.terminal',
  '"event".exec_id',
  ' topic',
  'a',
);
const operator = fc.constantFrom('==', '!=', '~=', ' == ', '~= ');
const value = fc.constantFrom(
  'web',
  'default',
  '"web"',
  '"w\\x65b"',
  '"/tasks/exit"',
  '""',
  '"d\\u00e9\\"b"',
  'exec-1',
  'true',
  '^w',
  '[wd]eb?',
  '"."',
  '(?i)WEB',
);
const likelyFilter = fc
  .array(fc.oneof(joined(fc.tuple(path, operator, value)), path), { minLength: 1, maxLength: 3 })
  .map((selectors) => selectors.join(','));

const atom = fc.constantFrom(
  'a',
  'b',
  '.',
  '[a-z]',
  '[^a]',
  '[[:alpha:]-]',
  '\\w',
  '\\D',
  '\\b',
  '(a|b)',
  '(?:ab|a)',
  '(?i:k)',
  '(?i)',
  '(?s)',
  '^',
  '$',
  '\\PL',
  '\\x{1F433}',
  '|',
  '\\n',
  '(a*)',
  '(|b)',
);
const times = fc.constantFrom('', '', '', '*', '+', '?', '*?', '{2}', '{0,1}', '{1,}');
const likelyPattern = several(joined(fc.tuple(atom, times)), 6);
